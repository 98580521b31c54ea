;; Memories with bounds checks: index > length - end, where no sum can overflow; the access itself is a plain one.
(module
  (memory $wide i64 1)
  (memory $bytes 0 100 (pagesize 1))
  (func (param i64) (result i32) (i32.load $wide (local.get 0)))
  (func (param i64) (result i32) (i32.load $wide offset=0x20000 (local.get 0)))
  (func (param i64) (result i32) (i32.load $wide offset=0xffffffffffffffff (local.get 0)))
  (func (param i32 i32) (i32.store8 $bytes offset=3 (local.get 0) (local.get 1)))
  (func (result i64) (memory.size $wide))
  (func (param i64) (result i64) (memory.grow $wide (local.get 0))))
