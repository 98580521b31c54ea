;; Tables: the index is compared with the length, and the element is at an offset from the table's fixed base.
(module
  (table $functions 4 funcref)
  (table $wide i64 1 externref)
  (func (param i32) (result funcref) (table.get $functions (local.get 0)))
  (func (param i64 externref) (table.set $wide (local.get 0) (local.get 1)))
  (func (result i32) (table.size $functions))
  (func (param externref i64) (result i64) (table.grow $wide (local.get 0) (local.get 1)))
  (func (param i32 funcref i32) (table.fill $functions (local.get 0) (local.get 1) (local.get 2))))
