;; Floats: plain operators; constants that LLVM would fold as identities are loaded from the context.
(module
  (func (param f32 f32) (result f32) (f32.add (local.get 0) (local.get 1)))
  (func (param f64) (result f64) (f64.mul (local.get 0) (f64.const 1)))
  (func (param f64) (result f64) (f64.mul (local.get 0) (f64.const 3)))
  (func (param f32 f32) (result f32) (f32.min (local.get 0) (local.get 1)))
  (func (param f64 f64) (result f64) (f64.copysign (local.get 0) (local.get 1)))
  (func (param f64) (result f64) (f64.nearest (local.get 0)))
  (func (param f32) (result f32) (f32.sqrt (local.get 0)))
  (func (param f32) (result f32) (f32.neg (local.get 0)))
  (func (param f64 f64) (result i32) (f64.ne (local.get 0) (local.get 1))))
