;; Calls: by symbol inside the module, through the import's record to other modules; arguments beyond the registers are in the overflow area.
(module
  (import "" "host" (func $host (param i32) (result i64)))
  (func $callee (param i32 i64) (result i32 i64) (local.get 0) (local.get 1))
  (func $many (param i32 i32 i32 i32 i32 i32 i32) (result i32) (local.get 6))
  (func (result i32 i64) (call $callee (i32.const 1) (i64.const 2)))
  (func (result i64) (call $host (i32.const 3)))
  (func (result i32)
    (call $many (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7))))
