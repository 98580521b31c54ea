;; Threads of a script on one shared memory: started, running side by side, waiting for each other.

(module $Mem (memory (export "m") 1 4 shared))

;; Two that can end only side by side: each waits, without giving way, for what the other writes.
(thread $A (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func (export "run") (result i32)
      (i32.atomic.store (i32.const 0) (i32.const 1))
      (loop $until (br_if $until (i32.ne (i32.atomic.load (i32.const 4)) (i32.const 2))))
      (i32.atomic.store (i32.const 0) (i32.const 3))
      (loop $until (br_if $until (i32.ne (i32.atomic.load (i32.const 4)) (i32.const 4))))
      (i32.const 5)))
  (assert_return (invoke "run") (i32.const 5)))
(thread $B (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func (export "run") (result i32)
      (loop $until (br_if $until (i32.ne (i32.atomic.load (i32.const 0)) (i32.const 1))))
      (i32.atomic.store (i32.const 4) (i32.const 2))
      (loop $until (br_if $until (i32.ne (i32.atomic.load (i32.const 0)) (i32.const 3))))
      (i32.atomic.store (i32.const 4) (i32.const 4))
      (i32.const 6)))
  (assert_return (invoke "run") (i32.const 6)))
(wait $A)
(wait $B)

;; Sums of what four threads add at once, with each operator that adds, or builds an addition.
(thread $One (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func (export "run") (param $n i32) (local $old i32)
      (loop $again
        (drop (i32.atomic.rmw.add (i32.const 16) (i32.const 1)))
        (drop (i64.atomic.rmw.add (i32.const 24) (i64.const 0x1_0000_0001)))
        (drop (i32.atomic.rmw16.sub_u (i32.const 32) (i32.const 1)))
        (drop (i32.atomic.rmw8.xor_u (i32.const 36) (i32.const 1)))
        (loop $retry
          (local.set $old (i32.atomic.load (i32.const 40)))
          (br_if $retry
            (i32.ne (local.get $old)
              (i32.atomic.rmw.cmpxchg (i32.const 40)
                (local.get $old) (i32.add (local.get $old) (i32.const 3))))))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
  (assert_return (invoke "run" (i32.const 5000))))
(thread $Two (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func (export "run") (param $n i32) (local $old i32)
      (loop $again
        (drop (i32.atomic.rmw.add (i32.const 16) (i32.const 1)))
        (drop (i64.atomic.rmw.add (i32.const 24) (i64.const 0x1_0000_0001)))
        (drop (i32.atomic.rmw16.sub_u (i32.const 32) (i32.const 1)))
        (drop (i32.atomic.rmw8.xor_u (i32.const 36) (i32.const 1)))
        (loop $retry
          (local.set $old (i32.atomic.load (i32.const 40)))
          (br_if $retry
            (i32.ne (local.get $old)
              (i32.atomic.rmw.cmpxchg (i32.const 40)
                (local.get $old) (i32.add (local.get $old) (i32.const 3))))))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
  (assert_return (invoke "run" (i32.const 5001))))
(wait $One)
(wait $Two)
(register "mem" $Mem)
(module
  (memory (import "mem" "m") 1 4 shared)
  (func (export "at") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "long") (param i32) (result i64) (i64.load (local.get 0))))
(assert_return (invoke "at" (i32.const 16)) (i32.const 10001))
(assert_return (invoke "long" (i32.const 24)) (i64.const 0x2711_0000_2711))
(assert_return (invoke "at" (i32.const 32)) (i32.const 0xd8ef))
(assert_return (invoke "at" (i32.const 36)) (i32.const 1))
(assert_return (invoke "at" (i32.const 40)) (i32.const 30003))

;; One waits until it is woken; the other wakes until it has woken one.
(thread $Sleeper (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func (export "wait32") (result i32)
      (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1)))
    (func (export "wait64") (result i32)
      (memory.atomic.wait64 (i32.const 72) (i64.const 0) (i64.const -1)))
    (func (export "wait-timed") (result i32)
      (memory.atomic.wait32 (i32.const 80) (i32.const 0) (i64.const 60_000_000_000))))
  (assert_return (invoke "wait32") (i32.const 0))
  (assert_return (invoke "wait64") (i32.const 0))
  (assert_return (invoke "wait-timed") (i32.const 0)))
(thread $Waker (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func (export "wake") (param i32)
      (loop $until
        (br_if $until (i32.eqz (memory.atomic.notify (local.get 0) (i32.const 1)))))))
  (assert_return (invoke "wake" (i32.const 64)))
  (assert_return (invoke "wake" (i32.const 72)))
  (assert_return (invoke "wake" (i32.const 80))))
(wait $Sleeper)
(wait $Waker)

;; What one wrote before it released a lock, the next one sees: a lock of wait and notify.
(thread $First (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func $lock
      (loop $again
        (if (i32.atomic.rmw.cmpxchg (i32.const 128) (i32.const 0) (i32.const 1))
          (then
            (drop (memory.atomic.wait32 (i32.const 128) (i32.const 1) (i64.const 1_000_000)))
            (br $again)))))
    (func $unlock
      (i32.atomic.store (i32.const 128) (i32.const 0))
      (drop (memory.atomic.notify (i32.const 128) (i32.const 1))))
    (func (export "run") (param $n i32)
      (loop $again
        (call $lock)
        (i32.store (i32.const 132) (i32.add (i32.load (i32.const 132)) (i32.const 1)))
        (i64.store (i32.const 136) (i64.sub (i64.load (i32.const 136)) (i64.const 1)))
        (call $unlock)
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
  (assert_return (invoke "run" (i32.const 2000))))
(thread $Second (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func $lock
      (loop $again
        (if (i32.atomic.rmw.cmpxchg (i32.const 128) (i32.const 0) (i32.const 1))
          (then
            (drop (memory.atomic.wait32 (i32.const 128) (i32.const 1) (i64.const 1_000_000)))
            (br $again)))))
    (func $unlock
      (i32.atomic.store (i32.const 128) (i32.const 0))
      (drop (memory.atomic.notify (i32.const 128) (i32.const 1))))
    (func (export "run") (param $n i32)
      (loop $again
        (call $lock)
        (i32.store (i32.const 132) (i32.add (i32.load (i32.const 132)) (i32.const 1)))
        (i64.store (i32.const 136) (i64.sub (i64.load (i32.const 136)) (i64.const 1)))
        (call $unlock)
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
  (assert_return (invoke "run" (i32.const 3000))))
(wait $First)
(wait $Second)
(assert_return (invoke "at" (i32.const 132)) (i32.const 5000))
(assert_return (invoke "long" (i32.const 136)) (i64.const -5000))

;; A memory that grows in one thread has grown for all.
(thread $Grows (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func (export "run") (result i32)
      (memory.grow (i32.const 1))
      (i32.store (i32.const 65536) (i32.const 77))
      (i32.atomic.store (i32.const 144) (i32.const 1))))
  (assert_return (invoke "run") (i32.const 1)))
(thread $Sees (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func (export "run") (result i32 i32)
      (loop $until (br_if $until (i32.eqz (i32.atomic.load (i32.const 144)))))
      (i32.load (i32.const 65536))
      (memory.size)))
  (assert_return (invoke "run") (i32.const 77) (i32.const 2)))
(wait $Grows)
(wait $Sees)
(assert_return (invoke "at" (i32.const 65536)) (i32.const 77))

;; A trap ends the call that it is in, and nothing else.
(thread $Traps (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func (export "trap") (i32.store (i32.const 148) (i32.const 1)) (unreachable))
    (func (export "load") (result i32) (i32.load (i32.const -4)))
    (func (export "fine") (result i32) (i32.load (i32.const 148))))
  (assert_trap (invoke "trap") "unreachable")
  (assert_trap (invoke "load") "out of bounds memory access")
  (assert_return (invoke "fine") (i32.const 1)))
(wait $Traps)

;; Names are a thread's own: what another one registered is not known here.
(thread $Names
  (assert_unlinkable (module (memory (import "mem" "m") 1 4 shared)) "unknown import")
  (module $Own (func (export "f") (result i32) (i32.const 8)))
  (register "own" $Own)
  (module (import "own" "f" (func $f (result i32))) (func (export "g") (result i32) (call $f)))
  (assert_return (invoke "g") (i32.const 8))
  (assert_return (invoke $Own "f") (i32.const 8)))
(wait $Names)
(assert_unlinkable (module (import "own" "f" (func (result i32)))) "unknown import")

;; A thread that starts a thread.
(thread $Outer (shared (module $Mem))
  (thread $Inner (shared (module $Mem))
    (register "mem" $Mem)
    (module
      (memory (import "mem" "m") 1 4 shared)
      (func (export "run") (i32.atomic.store (i32.const 152) (i32.const 9))))
    (assert_return (invoke "run")))
  (wait $Inner)
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func (export "run") (result i32) (i32.atomic.load (i32.const 152))))
  (assert_return (invoke "run") (i32.const 9)))
(wait $Outer)

;; Notify on the main thread, in vain; wait with nothing left to wait for.
(module
  (memory (import "mem" "m") 1 4 shared)
  (func (export "notify") (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1)))
  (func (export "wait32") (param i32 i32 i64) (result i32)
    (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "wait64") (param i32 i64 i64) (result i32)
    (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2))))
(assert_return (invoke "notify" (i32.const 256) (i32.const -1)) (i32.const 0))
(assert_return (invoke "notify" (i32.const 256) (i32.const 0)) (i32.const 0))
(assert_return (invoke "wait32" (i32.const 256) (i32.const 1) (i64.const -1)) (i32.const 1))
(assert_return (invoke "wait64" (i32.const 256) (i64.const 1) (i64.const -1)) (i32.const 1))
(assert_return (invoke "wait32" (i32.const 256) (i32.const 0) (i64.const 0)) (i32.const 2))
(assert_return (invoke "wait64" (i32.const 256) (i64.const 0) (i64.const 1000)) (i32.const 2))
(assert_trap (invoke "wait32" (i32.const 257) (i32.const 0) (i64.const 0)) "unaligned atomic")
(assert_trap (invoke "wait64" (i32.const 260) (i64.const 0) (i64.const 0)) "unaligned atomic")
(assert_trap (invoke "notify" (i32.const 258) (i32.const 0)) "unaligned atomic")
(assert_trap (invoke "wait32" (i32.const 0x40000) (i32.const 0) (i64.const 0)) "out of bounds memory access")
(assert_trap (invoke "notify" (i32.const 0x40000) (i32.const 0)) "out of bounds memory access")
;; Without sharing there is nobody to wait for; there may be somebody to notify.
(module
  (memory 1 1)
  (func (export "wait32") (result i32) (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))
  (func (export "wait64") (result i32) (memory.atomic.wait64 (i32.const 0) (i64.const 0) (i64.const 0)))
  (func (export "notify") (result i32) (memory.atomic.notify (i32.const 0) (i32.const 1))))
(assert_trap (invoke "wait32") "expected shared memory")
(assert_trap (invoke "wait64") "expected shared memory")
(assert_return (invoke "notify") (i32.const 0))
