;; How an order is written in the text and in the binary format.

(module
  (memory $a 1 1 shared)
  (memory $b i64 1 1 shared)
  (func
    (atomic.fence)
    (atomic.fence seqcst)
    (atomic.fence acqrel)
    (drop (i32.atomic.load $a (i32.const 0)))
    (drop (i32.atomic.load $a acqrel (i32.const 0)))
    (drop (i32.atomic.load $b acqrel (i64.const 0)))
    (drop (i32.atomic.load $b offset=4 acqrel (i64.const 0)))
    (drop (i32.atomic.load offset=4 align=4 acqrel (i32.const 0)))
    (i64.atomic.store $b offset=0x1_0000_0000 seqcst (i64.const 0) (i64.const 0))
    (drop (i32.atomic.rmw8.cmpxchg_u $b align=1 acqrel (i64.const 0) (i32.const 0) (i32.const 0)))))

;; An order where there is none to choose.
(assert_malformed (module quote "(memory 1) (func (drop (i32.load acqrel (i32.const 0))))") "unexpected token")
(assert_malformed (module quote "(memory 1) (func (i32.store acqrel (i32.const 0) (i32.const 0)))") "unexpected token")
(assert_malformed (module quote "(memory 1 1 shared) (func (drop (memory.atomic.notify acqrel (i32.const 0) (i32.const 0))))") "unexpected token")
(assert_malformed (module quote "(memory 1) (func (drop (i32.atomic.load relaxed (i32.const 0))))") "unexpected token")
(assert_malformed (module quote "(memory 1) (func (drop (i32.atomic.load acqrel seqcst (i32.const 0))))") "unexpected token")
(assert_malformed (module quote "(func (atomic.fence relaxed))") "unexpected token")

;; A fence: 0 is sequentially consistent, 1 acquires and releases, more there is not.
(module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\0a\07\01\05\00\fe\03\00\0b")
(module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\0a\07\01\05\00\fe\03\01\0b")
(assert_malformed
  (module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\0a\07\01\05\00\fe\03\02\0b")
  "invalid ordering")
(assert_malformed
  (module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\0a\07\01\05\00\fe\03\11\0b")
  "invalid ordering")

;; A load: flag 0x10 beside the alignment says that a byte with the order follows.
(module binary
  "\00asm\01\00\00\00" "\01\05\01\60\00\01\7f" "\03\02\01\00" "\05\03\01\00\01"
  "\07\05\01\01f\00\00" "\0a\0b\01\09\00\41\00\fe\10\12\00\00\0b")
(assert_return (invoke "f") (i32.const 0))
(module binary
  "\00asm\01\00\00\00" "\01\05\01\60\00\01\7f" "\03\02\01\00" "\05\03\01\00\01"
  "\07\05\01\01f\00\00" "\0a\0b\01\09\00\41\00\fe\10\12\01\00\0b")
(assert_return (invoke "f") (i32.const 0))
;; After the index of the memory, if there is one (flag 0x40), and before the offset.
(module binary
  "\00asm\01\00\00\00" "\01\05\01\60\00\01\7f" "\03\02\01\00" "\05\05\02\00\01\00\01"
  "\07\05\01\01f\00\00" "\0a\0c\01\0a\00\41\00\fe\10\52\01\01\04\0b"
  "\0b\0b\01\02\01\41\04\0b\04\2a\00\00\00")
(assert_return (invoke "f") (i32.const 42))
;; A load has one order, so one of two halves is none.
(assert_malformed
  (module binary
    "\00asm\01\00\00\00" "\01\05\01\60\00\01\7f" "\03\02\01\00" "\05\03\01\00\01"
    "\0a\0b\01\09\00\41\00\fe\10\12\02\00\0b")
  "invalid ordering")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00" "\01\05\01\60\00\01\7f" "\03\02\01\00" "\05\03\01\00\01"
    "\0a\0b\01\09\00\41\00\fe\10\12\11\00\0b")
  "invalid ordering")
;; The alignment is judged without the flag.
(assert_invalid
  (module binary
    "\00asm\01\00\00\00" "\01\05\01\60\00\01\7f" "\03\02\01\00" "\05\03\01\00\01"
    "\0a\0b\01\09\00\41\00\fe\10\11\01\00\0b")
  "atomic alignment must be natural")
;; A plain load has no order.
(assert_malformed
  (module binary
    "\00asm\01\00\00\00" "\01\05\01\60\00\01\7f" "\03\02\01\00" "\05\03\01\00\01"
    "\0a\0a\01\08\00\41\00\28\12\01\00\0b")
  "malformed memop flags")
;; A read-modify-write has two halves, and they are alike.
(module binary
  "\00asm\01\00\00\00" "\01\05\01\60\00\01\7f" "\03\02\01\00" "\05\03\01\00\01"
  "\07\05\01\01f\00\00" "\0a\0d\01\0b\00\41\00\41\07\fe\1e\12\11\00\0b")
(assert_return (invoke "f") (i32.const 0))
(assert_return (invoke "f") (i32.const 7))
(module binary
  "\00asm\01\00\00\00" "\01\05\01\60\00\01\7f" "\03\02\01\00" "\05\03\01\00\01"
  "\07\05\01\01f\00\00" "\0a\0d\01\0b\00\41\00\41\07\fe\1e\12\00\00\0b")
(assert_return (invoke "f") (i32.const 0))
(assert_malformed
  (module binary
    "\00asm\01\00\00\00" "\01\05\01\60\00\01\7f" "\03\02\01\00" "\05\03\01\00\01"
    "\0a\0d\01\0b\00\41\00\41\07\fe\1e\12\01\00\0b")
  "invalid ordering")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00" "\01\05\01\60\00\01\7f" "\03\02\01\00" "\05\03\01\00\01"
    "\0a\0d\01\0b\00\41\00\41\07\fe\1e\12\10\00\0b")
  "invalid ordering")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00" "\01\05\01\60\00\01\7f" "\03\02\01\00" "\05\03\01\00\01"
    "\0a\0d\01\0b\00\41\00\41\07\fe\1e\12\22\00\0b")
  "invalid ordering")
