;; Arrays: the runtime allocates them, unless they are small and of constant length; bounds are checked against the length.
(module
  (type $bytes (array (mut i8)))
  (type $words (array (mut i64)))
  (data $d "abc")
  (func $new (param i32) (result (ref $words)) (array.new $words (i64.const 3) (local.get 0)))
  (func $fixed (result (ref $words)) (array.new_fixed $words 2 (i64.const 1) (i64.const 2)))
  (func $data (result (ref $bytes)) (array.new_data $bytes $d (i32.const 0) (i32.const 3)))
  (func $get (param (ref null $bytes) i32) (result i32) (array.get_u $bytes (local.get 0) (local.get 1)))
  (func $set (param (ref null $words) i32) (array.set $words (local.get 0) (local.get 1) (i64.const 5)))
  (func $len (param arrayref) (result i32) (array.len (local.get 0)))
  (func $copy (param (ref $words)) (array.copy $words $words (local.get 0) (i32.const 0) (local.get 0) (i32.const 1) (i32.const 2))))
