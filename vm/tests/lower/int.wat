;; Integers: plain operators; only division checks its operands, and shift distances are taken modulo the width.
(module
  (func (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (param i64 i64) (result i64) (i64.mul (local.get 0) (local.get 1)))
  (func (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (param i64 i64) (result i64) (i64.rem_s (local.get 0) (local.get 1)))
  (func (param i32 i32) (result i32) (i32.rem_u (local.get 0) (local.get 1)))
  (func (param i32 i32) (result i32) (i32.shl (local.get 0) (local.get 1)))
  (func (param i64 i64) (result i64) (i64.rotr (local.get 0) (local.get 1)))
  (func (param i32) (result i32) (i32.clz (local.get 0)))
  (func (param i64) (result i64) (i64.popcnt (local.get 0)))
  (func (param i32) (result i32) (i32.eqz (local.get 0)))
  (func (param i64 i64) (result i32) (i64.lt_u (local.get 0) (local.get 1)))
  (func (param i32) (result i32) (i32.extend8_s (local.get 0))))
