;; Custom descriptors: the second word of the header identifies the descriptor, and a cast compares only that.
(module
  (rec (type $a (descriptor $b) (struct (field i32))) (type $b (describes $a) (struct)))
  (func $new (param (ref null (exact $b))) (result (ref $a)) (struct.new_desc $a (i32.const 1) (local.get 0)))
  (func $get (param (ref null $a)) (result (ref $b)) (ref.get_desc $a (local.get 0)))
  (func $cast (param anyref (ref null $b)) (result (ref $a)) (ref.cast_desc_eq (ref $a) (local.get 0) (local.get 1)))
  (func $exact (param anyref) (result i32) (ref.test (ref (exact $a)) (local.get 0))))
