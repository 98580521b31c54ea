;; Atomics: alignment is checked, and LLVM's atomic accesses are volatile, so that LLVM removes none with its trap.
(module
  (memory 1 1 shared)
  (func (param i32) (result i32) (i32.atomic.load offset=4 (local.get 0)))
  (func (param i32 i64) (i64.atomic.store (local.get 0) (local.get 1)))
  (func (param i32 i32) (result i32) (i32.atomic.rmw.add (local.get 0) (local.get 1)))
  (func (param i32 i32) (result i32) (i32.atomic.rmw8.xchg_u (local.get 0) (local.get 1)))
  (func (param i32 i64 i64) (result i64) (i64.atomic.rmw.cmpxchg (local.get 0) (local.get 1) (local.get 2)))
  (func (param i32 i32 i64) (result i32) (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
  (func (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1)))
  (func (atomic.fence))
  (func (param i32) (result i32) (i32.load (local.get 0))))
