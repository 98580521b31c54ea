;; Written by tools/generate-scripts; change that.
;; The import section with a module's name said once for many imports. After an empty name, 0x7f begins a list of names
;; with a type each, 0x7e one type and a list of names.

(module $a
  (func (export "one") (result i32) (i32.const 1))
  (func (export "two") (result i32) (i32.const 2))
  (func (export "three") (result i32) (i32.const 3))
  (global (export "g") i32 (i32.const 40))
  (global (export "h") i32 (i32.const 50))
  (memory (export "m") 1)
  (table (export "t") 1 funcref)
  (func (export "") (result i32) (i32.const 9)))
(register "a" $a)
(module $b (func (export "one") (result i32) (i32.const 100)))
(register "b" $b)

;; Three functions with a type each.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\1a\01\01\61\00\7f\03\03on\65\00\00\03two\00\00\05thr\65\65\00\00"
  "\03\02\01\00"
  "\07\05\01\01\66\00\03"
  "\0a\0c\01\0a\00\10\00\10\02j\10\02j\0b")
(assert_return (invoke "f") (i32.const 7))
;; Three functions of one type.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\16\01\01\61\00~\00\00\03\03on\65\03two\05thr\65\65"
  "\03\02\01\00"
  "\07\05\01\01\66\00\03"
  "\0a\0c\01\0a\00\10\00\10\02j\10\02j\0b")
(assert_return (invoke "f") (i32.const 7))
;; The order is that of the list.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\16\01\01\61\00~\00\00\03\05thr\65\65\03two\03on\65"
  "\03\02\01\00"
  "\07\05\01\01\66\00\03"
  "\0a\0c\01\0a\00\10\00\10\00j\10\02j\0b")
(assert_return (invoke "f") (i32.const 7))
;; The same name twice.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\10\01\01\61\00~\00\00\02\03two\03two"
  "\03\02\01\00"
  "\07\05\01\01\66\00\02"
  "\0a\09\01\07\00\10\00\10\01j\0b")
(assert_return (invoke "f") (i32.const 4))
;; Kinds mixed in a list: each has an index space of its own.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02'\01\01\61\00\7f\06\01g\03\7f\00\03on\65\00\00\01m\02\00\01\01h\03\7f\00\03two\00\00\01t\01p\00\01"
  "\03\02\01\00"
  "\07\05\01\01\66\00\02"
  "\0a\0c\01\0a\00\10\01#\01j#\00j\0b")
(assert_return (invoke "f") (i32.const 92))
;; Globals of one type.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\15\02\01\61\03on\65\00\00\01\61\00~\03\7f\00\02\01g\01h"
  "\03\02\01\00"
  "\07\05\01\01\66\00\01"
  "\0a\0f\01\0d\00\10\00#\00j#\01j#\01j\0b")
(assert_return (invoke "f") (i32.const 141))
;; All three forms in one section.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02-\04\01\61\03two\00\00\01\61\00~\00\00\02\03on\65\05thr\65\65\01\62\00\7f\01\03on\65\00\00\01\62\03on\65\00\00"
  "\03\02\01\00"
  "\07\05\01\01\66\00\05"
  "\0a\12\01\10\00\10\00\10\01j\10\02j\10\03j\10\04j\0b")
(assert_return (invoke "f") (i32.const 206))
;; Lists of one.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\19\02\01\61\00\7f\01\05thr\65\65\00\00\01\61\00~\00\00\01\03two"
  "\03\02\01\00"
  "\07\05\01\01\66\00\02"
  "\0a\0c\01\0a\00\10\00\10\00j\10\01j\0b")
(assert_return (invoke "f") (i32.const 8))
;; Empty lists, from modules that nobody has.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02,\04\06no\62o\64y\00\7f\00\06no\62o\64y\00~\00\00\00\06no\62o\64y\00~\02\00\01\00\01\61\03two\00\00"
  "\03\02\01\00"
  "\07\05\01\01\66\00\01"
  "\0a\06\01\04\00\10\00\0b")
(assert_return (invoke "f") (i32.const 2))
;; An empty name of an item in a list is a name.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\15\02\01\61\00\7f\01\00\00\00\01\61\00~\00\00\02\00\03on\65"
  "\03\02\01\00"
  "\07\05\01\01\66\00\03"
  "\0a\0c\01\0a\00\10\00\10\01j\10\02j\0b")
(assert_return (invoke "f") (i32.const 19))
;; A single import with an empty name is what it always was.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\06\01\01\61\00\00\00"
  "\03\02\01\00"
  "\07\05\01\01\66\00\01"
  "\0a\06\01\04\00\10\00\0b")
(assert_return (invoke "f") (i32.const 9))
;; An empty name in a longer encoding begins a list, too.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0e\01\01\61\80\80\00\7f\01\03on\65\00\00"
  "\03\02\01\00"
  "\07\05\01\01\66\00\01"
  "\0a\06\01\04\00\10\00\0b")
(assert_return (invoke "f") (i32.const 1))
;; A count in a longer encoding.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\12\01\01\61\00~\00\00\82\80\00\03on\65\03two"
  "\03\02\01\00"
  "\07\05\01\01\66\00\02"
  "\0a\09\01\07\00\10\00\10\01j\0b")
(assert_return (invoke "f") (i32.const 3))
;; A list of a hundred.
(module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\98\03\01\01\61\00~\00\00\64\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two\03on\65\03two"
  "\03\02\01\00"
  "\07\05\01\01\66\00\64"
  "\0a\0f\01\0d\00\10\00\10\01j\10\62j\10\63j\0b")
(assert_return (invoke "f") (i32.const 6))
;; After a name that is not empty there is no list.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0f\01\01\61\03on\65\7f\01\03on\65\00\00") "malformed import kind")
;; The same of one type.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0f\01\01\61\03on\65~\00\00\01\03on\65") "malformed import kind")
;; What begins a list is one byte, not a number that may be encoded longer.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0d\01\01\61\00\ff\00\01\03on\65\00\00") "malformed import kind")
;; The next byte down is nothing.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0c\01\01\61\00}\01\03on\65\00\00") "malformed import kind")
;; Fewer names than the list says.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0c\01\01\61\00\7f\02\03on\65\00\00") "unexpected end")
;; Fewer names of one type than the list says.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0c\01\01\61\00~\00\00\02\03on\65") "unexpected end")
;; More than the list says.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\12\01\01\61\00\7f\01\03on\65\00\00\03on\65\00\00") "section size mismatch")
;; No list at all.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\05\01\01\61\00\7f") "unexpected end")
;; No type.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\05\01\01\61\00~") "unexpected end")
;; A name that is no UTF-8.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0a\01\01\61\00\7f\01\01\ff\00\00") "malformed UTF-8 encoding")
;; The same in a list of one type.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0b\01\01\61\00~\00\00\01\02\c0\80") "malformed UTF-8 encoding")
;; A list in a list.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0f\01\01\61\00\7f\01\00\7f\01\03on\65\00\00") "malformed import kind")
;; A kind that there is none of, in a list.
(assert_malformed (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0c\01\01\61\00\7f\01\03on\65\09\00") "malformed import kind")
;; A type that is not there, in a list.
(assert_invalid (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0c\01\01\61\00\7f\01\03on\65\00\05") "unknown type")
;; A type that is not there, for the whole list.
(assert_invalid (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0c\01\01\61\00~\00\05\01\03on\65") "unknown type")
;; Each name in a list must be there.
(assert_unlinkable (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\13\01\01\61\00\7f\02\03on\65\00\00\04\66our\00\00") "unknown import")
;; The same of one type.
(assert_unlinkable (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\11\01\01\61\00~\00\00\02\03on\65\04\66our") "unknown import")
;; And of that type.
(assert_unlinkable (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0e\01\01\61\00~\00\00\02\03on\65\01g") "incompatible import type")
;; Each of its own.
(assert_unlinkable (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\0f\01\01\61\00\7f\02\01g\03\7f\00\01h\00\00") "incompatible import type")
;; A module that is not there.
(assert_unlinkable (module binary
  "\00\61sm\01\00\00\00"
  "\01\05\01`\00\01\7f"
  "\02\11\01\06no\62o\64y\00~\00\00\01\03on\65") "unknown import")
;; In the text: names with a type each, and names of one type.
(module
  (import "a" (item "one" (func $one (result i32))) (item "g" (global $g i32)))
  (import "a" (item "two") (item "three") (func (result i32)))
  (func (export "f") (result i32)
    (i32.add (i32.add (call $one) (global.get $g)) (i32.add (call 1) (call 2)))))
(assert_return (invoke "f") (i32.const 46))
