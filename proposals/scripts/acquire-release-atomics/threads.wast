;; What acquire and release promise between threads.

(module $Mem (memory (export "m") 1 1 shared))

;; What is written before a release is seen after the acquire that reads it: a message a round.
(thread $Sends (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 1 shared)
    (func (export "run") (param $rounds i32) (local $i i32)
      (loop $again
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        ;; The last message has been read.
        (loop $until
          (if (i32.atomic.load acqrel (i32.const 0))
            (then
              (drop (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const 1_000_000)))
              (br $until))))
        (i32.store (i32.const 64) (local.get $i))
        (i64.store (i32.const 128) (i64.extend_i32_u (i32.mul (local.get $i) (i32.const 3))))
        (i32.atomic.store acqrel (i32.const 0) (i32.const 1))
        (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (local.get $rounds))))))
  (assert_return (invoke "run" (i32.const 2000))))
(thread $Receives (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 1 shared)
    (func (export "run") (param $rounds i32) (result i32) (local $i i32) (local $wrong i32)
      (loop $again
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (loop $until
          (if (i32.eqz (i32.atomic.load acqrel (i32.const 0)))
            (then
              (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 1_000_000)))
              (br $until))))
        (local.set $wrong
          (i32.add (local.get $wrong)
            (i32.or
              (i32.ne (i32.load (i32.const 64)) (local.get $i))
              (i64.ne (i64.load (i32.const 128)) (i64.extend_i32_u (i32.mul (local.get $i) (i32.const 3)))))))
        (i32.atomic.store acqrel (i32.const 0) (i32.const 0))
        (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (local.get $rounds))))
      (local.get $wrong)))
  (assert_return (invoke "run" (i32.const 2000)) (i32.const 0)))
(wait $Sends)
(wait $Receives)

;; The same with fences around accesses in no order of their own, and with an exchange.
(thread $Fences (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 1 shared)
    (func (export "run")
      (i32.store (i32.const 192) (i32.const 11))
      (atomic.fence acqrel)
      (drop (i32.atomic.rmw.xchg acqrel (i32.const 196) (i32.const 1)))))
  (assert_return (invoke "run")))
(thread $Fenced (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 1 shared)
    (func (export "run") (result i32)
      (loop $until
        (br_if $until (i32.eqz (i32.atomic.rmw.cmpxchg acqrel (i32.const 196) (i32.const 1) (i32.const 2)))))
      (atomic.fence acqrel)
      (i32.load (i32.const 192))))
  (assert_return (invoke "run") (i32.const 11)))
(wait $Fences)
(wait $Fenced)

;; However weak the order, an access is whole and a sum is right.
(thread $Adds (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 1 shared)
    (func (export "run") (param $n i32)
      (loop $again
        (drop (i32.atomic.rmw.add acqrel (i32.const 256) (i32.const 1)))
        (drop (i64.atomic.rmw.sub acqrel (i32.const 264) (i64.const 1)))
        (drop (i32.atomic.rmw16.add_u acqrel (i32.const 272) (i32.const 1)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
  (assert_return (invoke "run" (i32.const 5000))))
(thread $AddsToo (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 1 shared)
    (func (export "run") (param $n i32)
      (loop $again
        (drop (i32.atomic.rmw.add seqcst (i32.const 256) (i32.const 1)))
        (drop (i64.atomic.rmw.sub seqcst (i32.const 264) (i64.const 1)))
        (drop (i32.atomic.rmw16.add_u acqrel (i32.const 272) (i32.const 1)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
  (assert_return (invoke "run" (i32.const 5000))))
(wait $Adds)
(wait $AddsToo)
(register "mem" $Mem)
(module
  (memory (import "mem" "m") 1 1 shared)
  (func (export "sums") (result i32 i64 i32)
    (i32.atomic.load acqrel (i32.const 256))
    (i64.atomic.load acqrel (i32.const 264))
    (i32.atomic.load16_u acqrel (i32.const 272))))
(assert_return (invoke "sums") (i32.const 10000) (i64.const -10000) (i32.const 10000))
