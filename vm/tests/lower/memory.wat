;; Guarded memories: an access is one volatile instruction without alignment, and guard pages replace the bounds check.
(module
  (memory 1)
  (memory $second 2 3)
  (func (param i32) (result i32) (i32.load offset=8 (local.get 0)))
  (func (param i32) (result i64) (i64.load8_s (local.get 0)))
  (func (param i32 f64) (f64.store offset=0xffffffff (local.get 0) (local.get 1)))
  (func (param i32 i64) (i64.store16 $second (local.get 0) (local.get 1)))
  (func (result i32) (memory.size))
  (func (param i32) (result i32) (memory.grow $second (local.get 0))))
