;; What validation says of the legacy instructions.

(module
  (tag $e (param i32))
  (func try end)
  (func try catch_all end)
  (func try catch $e drop end)
  (func try catch $e drop catch_all end)
  (func try catch $e drop catch $e drop end)
  (func try delegate 0)
  (func block try delegate 1 end)
  (func try catch_all rethrow 0 end)
  (func (result i32) try (result i32) unreachable catch $e end)
  (func (result i32) i32.const 0 try (param i32) (result i32) catch $e end)
  (func (result i32) try catch_all rethrow 0 end i32.const 0)
  (func (result i64) try catch_all rethrow 0 i64.add return end i64.const 0)
)

;; Results of the body.
(assert_invalid (module (func try i32.const 0 end)) "type mismatch")
(assert_invalid (module (func (result i32) try (result i32) end)) "type mismatch")
(assert_invalid (module (func (result i32) try (result i32) i64.const 0 end)) "type mismatch")
(assert_invalid (module (func (result i32) try (result i32) i64.const 0 delegate 0)) "type mismatch")
(assert_invalid (module (func try (param i32) drop end)) "type mismatch")
;; Results of handlers.
(assert_invalid (module (tag) (func (result i32) try (result i32) i32.const 0 catch 0 end)) "type mismatch")
(assert_invalid (module (tag (param i64)) (func (result i32) try (result i32) i32.const 0 catch 0 end)) "type mismatch")
(assert_invalid (module (tag (param i32)) (func try catch 0 end)) "type mismatch")
(assert_invalid (module (func (result i32) try (result i32) i32.const 0 catch_all end)) "type mismatch")
(assert_invalid (module (func try catch_all i32.const 0 end)) "type mismatch")
;; A handler does not see what the body had on the stack, nor the parameters of the block.
(assert_invalid (module (tag) (func i32.const 0 try (param i32) drop catch 0 drop end)) "type mismatch")
(assert_invalid (module (func (result i32) i32.const 0 try (param i32) (result i32) catch_all end)) "type mismatch")
;; Tags.
(assert_invalid (module (func try catch 0 end)) "unknown tag")
(assert_invalid (module (tag) (func try catch 1 end)) "unknown tag")
(assert_invalid (module (tag (param i32)) (func throw 0)) "type mismatch")
(assert_invalid (module (tag (param i32)) (func i64.const 0 throw 0)) "type mismatch")
(assert_invalid (module (func throw 0)) "unknown tag")
(assert_invalid (module (type (func (result i32))) (tag (type 0))) "non-empty tag result type")
;; Labels of rethrow: only those of handlers.
(assert_invalid (module (func rethrow 0)) "invalid rethrow label")
(assert_invalid (module (func block rethrow 0 end)) "invalid rethrow label")
(assert_invalid (module (func try rethrow 0 end)) "invalid rethrow label")
(assert_invalid (module (func try rethrow 0 catch_all end)) "invalid rethrow label")
(assert_invalid (module (func try rethrow 0 delegate 0)) "invalid rethrow label")
(assert_invalid (module (func try catch_all block rethrow 0 end end)) "invalid rethrow label")
(assert_invalid (module (func try catch_all rethrow 1 end)) "invalid rethrow label")
(assert_invalid (module (func try catch_all rethrow 2 end)) "unknown label")
(assert_invalid (module (func try catch_all end rethrow 0)) "invalid rethrow label")
;; Labels of delegate.
(assert_invalid (module (func try delegate 1)) "unknown label")
(assert_invalid (module (func block try delegate 2 end)) "unknown label")
;; What may follow what.
(assert_invalid (module binary
  "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
  "\0a\09\01\07\00" "\06\40\19\19\0b\0b") "catch_all after catch_all")
(assert_invalid (module binary
  "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\0d\03\01\00\00"
  "\0a\0a\01\08\00" "\06\40\19\07\00\0b\0b") "catch after catch_all")
(assert_invalid (module binary
  "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\0d\03\01\00\00"
  "\0a\0a\01\08\00" "\02\40\07\00\0b\0b\0b") "catch outside of try")
(assert_invalid (module binary
  "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
  "\0a\08\01\06\00" "\02\40\19\0b\0b") "catch_all outside of try")
(assert_invalid (module binary
  "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
  "\0a\09\01\07\00" "\06\40\19\18\00\0b") "delegate after a handler")
(assert_invalid (module binary
  "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
  "\0a\09\01\07\00" "\02\40\18\00\0b\0b") "delegate outside of try")
;; A try must be ended.
(assert_malformed (module quote "(func try)") "unexpected token")
(assert_malformed (module quote "(func try catch_all)") "unexpected token")
;; Tags must have been named.
(assert_malformed (module quote "(func try catch $e end)") "unknown tag")
(assert_malformed (module quote "(func throw $e)") "unknown tag")
(assert_malformed (module quote "(func try delegate $l)") "unknown label")
(assert_malformed (module quote "(func try catch_all rethrow $l end)") "unknown label")
