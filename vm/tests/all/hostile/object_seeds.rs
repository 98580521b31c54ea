//! Seed modules for mutants that use heap objects: structures, arrays, casts, descriptors.

use super::build::wat;

/// Returns the modules. They allocate little, since mutations make sizes larger.
pub(crate) fn seeds() -> [Vec<u8>; 3] {
    [
        wat(r#"(module
            (rec (type $node (sub (struct (field $value (mut i32)) (field $next (mut (ref null $node))))))
                (type $leaf (sub $node (struct (field $value (mut i32)) (field $next (mut (ref null $node))) (field i8)))))
            (type $bytes (array (mut i8))) (type $nodes (array (mut (ref null $node))))
            (data $d "some bytes") (elem $e (ref null $node) (item ref.null $node) (item global.get $g))
            (global $g (ref $node) (struct.new $node (i32.const 1) (ref.null none)))
            (global $all (ref $nodes) (array.new $nodes (global.get $g) (i32.const 8)))
            (func (export "list") (param $n i32) (result i32) (local $head (ref null $node)) (local $sum i32)
                (local.set $n (i32.const 20))
                (loop $next
                    (local.set $head (struct.new $leaf (local.get $n) (local.get $head) (i32.const 7)))
                    (array.set $nodes (global.get $all) (i32.and (local.get $n) (i32.const 7)) (local.get $head))
                    (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (loop $next
                    (if (ref.is_null (local.get $head)) (then (return (local.get $sum))))
                    (local.set $sum (i32.add (local.get $sum) (struct.get $node $value (local.get $head))))
                    (local.set $head (struct.get $node $next (local.get $head)))
                    (br $next))
                (unreachable))
            (func (export "bytes") (result i32) (local $b (ref null $bytes))
                (local.set $b (array.new_data $bytes $d (i32.const 1) (i32.const 8)))
                (array.fill $bytes (local.get $b) (i32.const 2) (i32.const 65) (i32.const 3))
                (array.copy $bytes $bytes (local.get $b) (i32.const 4) (local.get $b) (i32.const 0) (i32.const 4))
                (i32.add (array.get_u $bytes (local.get $b) (i32.const 5)) (array.len (local.get $b))))
            (func (export "cast") (result i32) (local $x anyref)
                (local.set $x (array.get $nodes (array.new_elem $nodes $e (i32.const 0) (i32.const 2)) (i32.const 1)))
                (i32.add (ref.test (ref $leaf) (local.get $x))
                    (i32.add (ref.test (ref array) (local.get $x))
                        (struct.get $node $value (ref.cast (ref $node) (local.get $x)))))))"#),
        wat(r#"(module
            (rec (type $a (sub (descriptor $b) (struct (field (mut i32)))))
                (type $b (sub (describes $a) (descriptor $c) (struct (field (mut i32)) (field (ref null $f)))))
                (type $c (sub (describes $b) (struct)))
                (type $a2 (sub $a (descriptor $b2) (struct (field (mut i32)) (field i64))))
                (type $b2 (sub $b (describes $a2) (descriptor $c2) (struct (field (mut i32)) (field (ref null $f)))))
                (type $c2 (sub $c (describes $b2) (struct)))
                (type $f (func (param (ref null $a)) (result i32))))
            (global $c (ref (exact $c)) (struct.new $c))
            (global $b (ref (exact $b)) (struct.new_desc $b (i32.const 5) (ref.func $method) (global.get $c)))
            (global $b2 (ref (exact $b2)) (struct.new_default_desc $b2 (struct.new $c2)))
            (global $a (mut (ref null $a)) (struct.new_default_desc $a (global.get $b)))
            (func $method (type $f) (struct.get $a 0 (local.get 0)))
            (func $make (param i32) (result (ref (exact $a2)))
                (struct.new_desc $a2 (local.get 0) (i64.const 3) (global.get $b2)))
            (func (export "call") (param i32) (result i32) (local $o (ref null $a))
                (local.set $o (struct.new_desc $a (local.get 0) (global.get $b)))
                (call_ref $f (local.get $o) (struct.get $b 1 (ref.get_desc $a (local.get $o)))))
            (func (export "cast") (param i32) (result i32)
                (struct.get $a2 0 (ref.cast_desc_eq (ref null $a2) (call $make (local.get 0)) (global.get $b2))))
            (func (export "branch") (param i32) (result i32)
                (block $yes (result (ref null $a2))
                    (br_on_cast_desc_eq $yes anyref (ref null $a2) (global.get $a) (global.get $b2))
                    (global.set $a (call $make (local.get 0)))
                    (return (ref.test (ref (exact $a)))))
                (struct.get $a2 0))
            (func (export "not") (param i32) (result i32)
                (block $no (result anyref)
                    (br_on_cast_desc_eq_fail $no anyref (ref (exact $a2)) (call $make (local.get 0)) (global.get $b2))
                    (return (struct.get $b2 0 (ref.get_desc $a2))))
                (ref.test (ref struct))))"#),
        wat(r#"(module
            (type $s (sub (func (result i32)))) (type $t (sub $s (func (result i32))))
            (rec (type $o (descriptor $d) (struct)) (type $d (describes $o) (struct (field (mut (ref null (exact $t)))))))
            (table $t 4 4 (ref null $s)) (elem (table $t) (i32.const 0) (ref null $s) (ref.func $f) (ref.func $g))
            (type $os (array (mut (ref null (exact $o)))))
            (func $f (type $s) (i32.const 1)) (func $g (type $t) (i32.const 2))
            (func (export "fill") (param i32) (result i32) (local $all (ref null $os)) (local $d (ref null (exact $d)))
                (local.set $d (struct.new $d (ref.cast (ref (exact $t)) (table.get $t (i32.const 1)))))
                (local.set $all (array.new $os (struct.new_desc $o (local.get $d)) (i32.const 9)))
                (call_ref $t (struct.get $d 0 (ref.get_desc $o
                    (array.get $os (local.get $all) (i32.and (local.get 0) (i32.const 7)))))))
            (func (export "call") (param i32) (result i32)
                (if (ref.test (ref (exact $s)) (table.get $t (i32.const 0)))
                    (then (return (call_indirect $t (type $t) (i32.const 1)))))
                (i32.const 0)))"#),
    ]
}
