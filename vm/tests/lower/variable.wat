;; Variables: locals are stack slots until the first LLVM pass; globals are cells, and in precise mode stores to them are volatile.
(module
  (import "" "imported" (global $imported i32))
  (global $own (mut i64) (i64.const 1))
  (func (param i32) (result i32) (local i32) (local.set 1 (local.get 0)) (local.tee 0 (local.get 1)))
  (func (result i32) (global.get $imported))
  (func (param i64) (global.set $own (local.get 0)))
  (func (param i32 f64 f64) (result f64) (select (local.get 1) (local.get 2) (local.get 0)))
  (func (param i32 externref externref) (result externref)
    (select (result externref) (local.get 1) (local.get 2) (local.get 0)))
  (func (result f64) (local f64 v128) (local.get 0)))
