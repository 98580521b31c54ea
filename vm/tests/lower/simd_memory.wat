;; Loads and stores of vectors and lanes, built on the scalar ones.
(module
  (memory 1)
  (func (param i32) (result v128) (v128.load (local.get 0)))
  (func (param i32) (result v128) (v128.load8x8_s (local.get 0)))
  (func (param i32) (result v128) (v128.load32_splat (local.get 0)))
  (func (param i32) (result v128) (v128.load64_zero (local.get 0)))
  (func (param i32 v128) (result v128) (v128.load16_lane 5 (local.get 0) (local.get 1)))
  (func (param i32 v128) (v128.store (local.get 0) (local.get 1)))
  (func (param i32 v128) (v128.store8_lane 15 (local.get 0) (local.get 1))))
