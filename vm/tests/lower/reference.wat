;; References: pointers and tag bits; null is the null pointer.
(module
  (type $unary (func (param i32) (result i32)))
  (func $f (type $unary) (local.get 0))
  (elem declare func $f)
  (func (result funcref) (ref.func $f))
  (func (result externref) (ref.null extern))
  (func (param externref) (result i32) (ref.is_null (local.get 0)))
  (func (param (ref null $unary)) (result (ref $unary)) (ref.as_non_null (local.get 0)))
  (func (param (ref null $unary)) (result i32)
    (block $null (drop (br_on_null $null (local.get 0))) (return (i32.const 1)))
    (i32.const 0)))
