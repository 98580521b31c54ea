;; Branch hints: allowed before `if` and `br_if`, of no effect on what comes out, whichever way they point.

(module
  (func (export "plain") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2))))
  (func (export "unlikely") (param i32) (result i32)
    (@metadata.code.branch_hint "\00")
    (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2))))
  (func (export "likely") (param i32) (result i32)
    (@metadata.code.branch_hint "\01")
    (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2))))
  (func (export "unfolded") (param i32) (result i32)
    local.get 0
    (@metadata.code.branch_hint "\01")
    if (result i32)
      i32.const 1
    else
      i32.const 2
    end)
  (func (export "br-if") (param i32) (result i32)
    (block
      local.get 0
      (@metadata.code.branch_hint "\00")
      br_if 0
      (return (i32.const 2)))
    (i32.const 1))
  (func (export "br-if-folded") (param i32) (result i32)
    (block
      (@metadata.code.branch_hint "\01")
      (br_if 0 (local.get 0))
      (return (i32.const 2)))
    (i32.const 1))
  ;; Several in a function, within each other, and in a loop.
  (func (export "collatz") (param $n i32) (result i32) (local $steps i32)
    (block $out
      (loop $again
        (@metadata.code.branch_hint "\00")
        (br_if $out (i32.le_u (local.get $n) (i32.const 1)))
        (@metadata.code.branch_hint "\01")
        (if (i32.and (local.get $n) (i32.const 1))
          (then
            (@metadata.code.branch_hint "\00")
            (if (i32.eqz (local.get $n)) (then (unreachable)))
            (local.set $n (i32.add (i32.mul (local.get $n) (i32.const 3)) (i32.const 1))))
          (else (local.set $n (i32.shr_u (local.get $n) (i32.const 1)))))
        (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
        (br $again)))
    (local.get $steps))
  (func (export "no-else") (param i32) (result i32)
    (@metadata.code.branch_hint "\01")
    (if (local.get 0) (then (return (i32.const 1))))
    (i32.const 2))
  ;; In code that is never reached.
  (func (export "dead") (result i32)
    (return (i32.const 3))
    (@metadata.code.branch_hint "\01")
    (if (i32.const 0) (then))
    (unreachable))
)
(assert_return (invoke "plain" (i32.const 0)) (i32.const 2))
(assert_return (invoke "plain" (i32.const 1)) (i32.const 1))
(assert_return (invoke "unlikely" (i32.const 0)) (i32.const 2))
(assert_return (invoke "unlikely" (i32.const 1)) (i32.const 1))
(assert_return (invoke "likely" (i32.const 0)) (i32.const 2))
(assert_return (invoke "likely" (i32.const 1)) (i32.const 1))
(assert_return (invoke "unfolded" (i32.const 0)) (i32.const 2))
(assert_return (invoke "unfolded" (i32.const 1)) (i32.const 1))
(assert_return (invoke "br-if" (i32.const 0)) (i32.const 2))
(assert_return (invoke "br-if" (i32.const 1)) (i32.const 1))
(assert_return (invoke "br-if-folded" (i32.const 0)) (i32.const 2))
(assert_return (invoke "br-if-folded" (i32.const 1)) (i32.const 1))
(assert_return (invoke "collatz" (i32.const 1)) (i32.const 0))
(assert_return (invoke "collatz" (i32.const 27)) (i32.const 111))
(assert_return (invoke "no-else" (i32.const 0)) (i32.const 2))
(assert_return (invoke "no-else" (i32.const 1)) (i32.const 1))
(assert_return (invoke "dead") (i32.const 3))

;; Binary: the section names a function, how far in the instruction is, and one byte. A custom section can't make a
;; module invalid, so these run whatever is in it.
;;   (func (export "f") (param i32) (result i32) (if (result i32) (local.get 0) (then i32.const 1) (else i32.const 2)))
(module binary
  "\00asm\01\00\00\00" "\01\06\01\60\01\7f\01\7f" "\03\02\01\00" "\07\05\01\01f\00\00"
  "\00\20\19metadata.code.branch_hint" "\01\00\01\03\01\01"
  "\0a\0e\01\0c\00\20\00\04\7f\41\01\05\41\02\0b\0b")
(assert_return (invoke "f" (i32.const 0)) (i32.const 2))
(assert_return (invoke "f" (i32.const 1)) (i32.const 1))
;; No hints at all.
(module binary
  "\00asm\01\00\00\00" "\01\06\01\60\01\7f\01\7f" "\03\02\01\00" "\07\05\01\01f\00\00"
  "\00\1b\19metadata.code.branch_hint" "\00"
  "\0a\0e\01\0c\00\20\00\04\7f\41\01\05\41\02\0b\0b")
(assert_return (invoke "f" (i32.const 1)) (i32.const 1))
;; A function that is not there, an offset where no branch is, a hint that is neither, a section cut short.
(module binary
  "\00asm\01\00\00\00" "\01\06\01\60\01\7f\01\7f" "\03\02\01\00" "\07\05\01\01f\00\00"
  "\00\20\19metadata.code.branch_hint" "\01\09\01\03\01\01"
  "\0a\0e\01\0c\00\20\00\04\7f\41\01\05\41\02\0b\0b")
(assert_return (invoke "f" (i32.const 0)) (i32.const 2))
(module binary
  "\00asm\01\00\00\00" "\01\06\01\60\01\7f\01\7f" "\03\02\01\00" "\07\05\01\01f\00\00"
  "\00\20\19metadata.code.branch_hint" "\01\00\01\02\01\01"
  "\0a\0e\01\0c\00\20\00\04\7f\41\01\05\41\02\0b\0b")
(assert_return (invoke "f" (i32.const 1)) (i32.const 1))
(module binary
  "\00asm\01\00\00\00" "\01\06\01\60\01\7f\01\7f" "\03\02\01\00" "\07\05\01\01f\00\00"
  "\00\20\19metadata.code.branch_hint" "\01\00\01\03\01\07"
  "\0a\0e\01\0c\00\20\00\04\7f\41\01\05\41\02\0b\0b")
(assert_return (invoke "f" (i32.const 0)) (i32.const 2))
(module binary
  "\00asm\01\00\00\00" "\01\06\01\60\01\7f\01\7f" "\03\02\01\00" "\07\05\01\01f\00\00"
  "\00\1d\19metadata.code.branch_hint" "\01\00\01"
  "\0a\0e\01\0c\00\20\00\04\7f\41\01\05\41\02\0b\0b")
(assert_return (invoke "f" (i32.const 1)) (i32.const 1))
;; After the code, where it comes too late to be of use.
(module binary
  "\00asm\01\00\00\00" "\01\06\01\60\01\7f\01\7f" "\03\02\01\00" "\07\05\01\01f\00\00"
  "\0a\0e\01\0c\00\20\00\04\7f\41\01\05\41\02\0b\0b"
  "\00\20\19metadata.code.branch_hint" "\01\00\01\03\01\01")
(assert_return (invoke "f" (i32.const 0)) (i32.const 2))

;; In the text: an annotation that is no string, or of the wrong value.
(assert_malformed_custom
  (module quote "(func (@metadata.code.branch_hint 1) (if (i32.const 0) (then)))") "unexpected token")
(assert_malformed_custom
  (module quote "(func (@metadata.code.branch_hint) (if (i32.const 0) (then)))") "unexpected token")
(assert_malformed_custom
  (module quote "(func (@metadata.code.branch_hint \"\\00\" 1) (if (i32.const 0) (then)))") "unexpected token")
