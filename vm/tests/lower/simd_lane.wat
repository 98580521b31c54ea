;; Lanes: insertion, extraction, shuffles.
(module
  (func (param v128) (result i32) (i8x16.extract_lane_s 3 (local.get 0)))
  (func (param v128 f32) (result v128) (f32x4.replace_lane 2 (local.get 0) (local.get 1)))
  (func (param i64) (result v128) (i64x2.splat (local.get 0)))
  (func (param v128 v128) (result v128)
    (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128) (i8x16.swizzle (local.get 0) (local.get 1)))
  (func (result v128) (v128.const i32x4 1 2 3 4)))
