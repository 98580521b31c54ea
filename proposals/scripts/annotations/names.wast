;; The annotations that are known, `@name` and `@custom`, and the custom sections that come of them: what is in one
;; never changes what a module does.

(module $named (@name "Something else")
  (type $t (@name "a type") (func (param i32) (result i32)))
  (func $f (@name "a function") (export "f") (type $t) (param $p (@name "a parameter") i32) (result i32)
    (local $l (@name "a local") i32)
    (local.set $l (local.get $p))
    (block $b (@name "a label") (br $b))
    (i32.add (local.get $l) (global.get $g)))
  (global $g (@name "a global") i32 (i32.const 5))
  (memory $m (@name "a memory") 1)
  (table $tab (@name "a table") 1 funcref)
  (elem $e (@name "an element segment") func $f)
  (data $d (@name "a data segment") "x")
)
(assert_return (invoke "f" (i32.const 4)) (i32.const 9))
(assert_return (invoke $named "f" (i32.const -5)) (i32.const 0))

;; Two things may have one name in the section, whatever they are called in the text.
(module
  (func $a (@name "same") (export "a") (result i32) (i32.const 1))
  (func $b (@name "same") (export "b") (result i32) (i32.const 2))
  (func (@name "") (export "c") (result i32) (i32.const 3))
  (func (@name "\e2\98\83 and more") (export "d") (result i32) (i32.const 4)))
(assert_return (invoke "a") (i32.const 1))
(assert_return (invoke "b") (i32.const 2))
(assert_return (invoke "c") (i32.const 3))
(assert_return (invoke "d") (i32.const 4))

;; @custom, in each place.
(module (@custom "mine" "content"))
(module (@custom "mine" "con" "tent" "\00\ff"))
(module (@custom "" ""))
(module
  (@custom "first" (before first) "1")
  (@custom "type" (before type) "2")
  (@custom "import" (after import) "3")
  (@custom "func" (before func) "4")
  (@custom "table" (after table) "5")
  (@custom "memory" (before memory) "6")
  (@custom "global" (after global) "7")
  (@custom "export" (before export) "8")
  (@custom "start" (after start) "9")
  (@custom "elem" (before elem) "10")
  (@custom "code" (after code) "11")
  (@custom "data" (before data) "12")
  (@custom "last" (after last) "13")
  (func (export "f") (result i32) (i32.const 6)))
(assert_return (invoke "f") (i32.const 6))
(assert_malformed_custom (module quote "(@custom)") "missing section name")
(assert_malformed_custom (module quote "(@custom 4)") "missing section name")
(assert_malformed_custom (module quote "(@custom name \"x\")") "missing section name")
(assert_malformed_custom (module quote "(@custom \"a\" here \"x\")") "unexpected token")
(assert_malformed_custom (module quote "(@custom \"a\" (before) \"x\")") "unexpected token")
(assert_malformed_custom (module quote "(@custom \"a\" (around code) \"x\")") "unexpected token")
(assert_malformed_custom (module quote "(@custom \"a\" (before what) \"x\")") "unexpected token")

;; Annotations that nobody knows are skipped, wherever they are and whatever is in them, as long as they end.
(module (@unknown) (@unknown (a (b) c)) (@x.y-z/w "text" 0x1p3 $id ;; comment
  ) (func (@a) (export (@b) "f") (@c) (result (@d) i32) (@e) (i32.const (@f (@g)) 7)))
(assert_return (invoke "f") (i32.const 7))
(assert_malformed (module quote "(@unknown") "unclosed annotation")
(assert_malformed (module quote "(@unknown (a)") "unclosed annotation")
(assert_malformed (module quote "(@unknown \"") "unclosed string")
(assert_malformed (module quote "(@)") "empty annotation id")
(assert_malformed (module quote "(@ x)") "empty annotation id")
(assert_malformed (module quote "(@\"\")") "empty annotation id")

;; Identifiers in quotes are the same as without.
(module
  (func $"f" (export "f") (result i32) (i32.const 8))
  (func $"with space" (result i32) (i32.const 9))
  (func (export "g") (result i32) (call $f))
  (func (export "h") (result i32) (call $"with space"))
  (func (export "i") (result i32) (call $"\66")))
(assert_return (invoke "g") (i32.const 8))
(assert_return (invoke "h") (i32.const 9))
(assert_return (invoke "i") (i32.const 8))
(assert_malformed (module quote "(func $\"\")") "empty identifier")
(assert_malformed (module quote "(func $)") "empty identifier")
(assert_malformed (module quote "(func $f) (func $\"f\")") "duplicate func")
(assert_malformed (module quote "(func $\"\\ff\")") "malformed UTF-8 encoding")

;; Binary: custom sections stand anywhere, any number of times, with any content but a name that is none.
(module binary
  "\00asm\01\00\00\00"
  "\00\01\00" "\00\05\04name" "\00\06\04name\00"
  "\01\05\01\60\00\01\7f" "\00\02\01a" "\03\02\01\00" "\00\04\01axy"
  "\07\05\01\01f\00\00" "\00\02\01a" "\0a\06\01\04\00\41\2a\0b"
  ;; A name section that is cut short, one with an unknown part, and one that names what is not there.
  "\00\07\04name\00\05" "\00\08\04name\7f\01z" "\00\0c\04name\01\05\01\09\02no")
(assert_return (invoke "f") (i32.const 42))
(assert_malformed (module binary "\00asm\01\00\00\00" "\00\00") "unexpected end")
(assert_malformed (module binary "\00asm\01\00\00\00" "\00\01\05") "length out of bounds")
(assert_malformed (module binary "\00asm\01\00\00\00" "\00\05\01") "length out of bounds")
(assert_malformed (module binary "\00asm\01\00\00\00" "\00\02\01\ff") "malformed UTF-8 encoding")
(assert_malformed (module binary "\00asm\01\00\00\00" "\00") "unexpected end")
