;; Calls through tables: bounds, null and type are checked, as far as the table's type leaves any of them open.
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
