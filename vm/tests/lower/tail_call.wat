;; Tail calls: a function with one has the universal prototype, and makes the call with musttail.
(module
  (import "" "host" (func $host (result i32)))
  (type $unary (func (param i32) (result i32)))
  (table 4 funcref)
  (func $even (type $unary)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 1))
      (else (return_call $odd (i32.sub (local.get 0) (i32.const 1))))))
  (func $odd (type $unary) (i32.eqz (call $even (local.get 0))))
  (func (param i32) (result i32) (return_call_indirect (type $unary) (i32.const 1) (local.get 0)))
  (func (param (ref $unary)) (result i32) (return_call_ref $unary (i32.const 1) (local.get 0)))
  (func (result i32) (return_call $host)))
