;; Casts: the type's number is compared first; supertypes are looked up only if it differs and the type can have subtypes.
(module
  (type $base (sub (struct (field i32))))
  (type $derived (sub final $base (struct (field i32) (field i64))))
  (func $is_final (param anyref) (result i32) (ref.test (ref $derived) (local.get 0)))
  (func $is_open (param anyref) (result i32) (ref.test (ref null $base) (local.get 0)))
  (func $is_struct (param anyref) (result i32) (ref.test (ref struct) (local.get 0)))
  (func $cast (param anyref) (result (ref $derived)) (ref.cast (ref $derived) (local.get 0)))
  (func $branch (param anyref) (result i32)
    (block $yes (result (ref $derived))
      (br_on_cast $yes anyref (ref $derived) (local.get 0))
      (drop) (return (i32.const 0)))
    (drop) (i32.const 1)))
