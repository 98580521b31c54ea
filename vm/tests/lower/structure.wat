;; Structures: allocated from a run of free cells, or by the runtime when the run is empty; fields have fixed offsets; null is checked.
(module
  (type $point (struct (field $x (mut i32)) (field $y (mut f64)) (field $small (mut i8)) (field $next (mut (ref null $point)))))
  (func $new (param i32 f64) (result (ref $point))
    (struct.new $point (local.get 0) (local.get 1) (i32.const 7) (ref.null $point)))
  (func $default (result (ref $point)) (struct.new_default $point))
  (func $get (param (ref null $point)) (result i32) (struct.get $point $x (local.get 0)))
  (func $small (param (ref null $point)) (result i32) (struct.get_s $point $small (local.get 0)))
  (func $set (param (ref null $point)) (struct.set $point $y (local.get 0) (f64.const 1))))
