;; Indirect calls: bounds, null and type are checked, except where the table's type excludes a failure.
(module
  (type $final (func (param i32) (result i32)))
  (type $open (sub (func (param i32) (result i32))))
  (table $any 4 funcref)
  (table $typed 4 4 (ref null $final))
  (func (param i32) (result i32) (call_indirect $any (type $final) (i32.const 1) (local.get 0)))
  (func (param i32) (result i32) (call_indirect $any (type $open) (i32.const 1) (local.get 0)))
  (func (param i32) (result i32) (call_indirect $typed (type $final) (i32.const 1) (local.get 0)))
  (func (param (ref null $final)) (result i32) (call_ref $final (i32.const 1) (local.get 0)))
  (func (param (ref $final)) (result i32) (call_ref $final (i32.const 1) (local.get 0))))
