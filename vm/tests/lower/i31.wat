;; i31 references: a shift and a tag bit; reading one that may be null checks for null.
(module
  (func (param i32) (result (ref i31)) (ref.i31 (local.get 0)))
  (func (param (ref i31)) (result i32) (i31.get_s (local.get 0)))
  (func (param (ref null i31)) (result i32) (i31.get_u (local.get 0)))
  (func (param eqref eqref) (result i32) (ref.eq (local.get 0) (local.get 1)))
  (func (param externref) (result anyref) (any.convert_extern (local.get 0)))
  (func (param anyref) (result i32) (ref.test (ref i31) (local.get 0)))
  (func (param anyref) (result (ref i31)) (ref.cast (ref i31) (local.get 0))))
