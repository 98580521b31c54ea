;; Binary trees: many short-lived ones while a long-lived one is kept, as in the Computer Language Benchmarks Game.
;; https://benchmarksgame-team.pages.debian.net/benchmarksgame/description/binarytrees.html
(module
  (type $tree (struct (field $left (ref null $tree)) (field $right (ref null $tree))))

  (func $make (param $depth i32) (result (ref $tree))
    (if (result (ref $tree)) (local.get $depth)
      (then
        (struct.new $tree
          (call $make (i32.sub (local.get $depth) (i32.const 1)))
          (call $make (i32.sub (local.get $depth) (i32.const 1)))))
      (else (struct.new $tree (ref.null $tree) (ref.null $tree)))))

  (func $count (param $tree (ref $tree)) (result i32)
    (local $left (ref null $tree))
    (local.set $left (struct.get $tree $left (local.get $tree)))
    (if (result i32) (ref.is_null (local.get $left))
      (then (i32.const 1))
      (else
        (i32.add (i32.const 1)
          (i32.add
            (call $count (ref.as_non_null (local.get $left)))
            (call $count (ref.as_non_null (struct.get $tree $right (local.get $tree)))))))))

  ;; Makes and counts trees of depths 4, 6 ... up to $most, and returns the number of all nodes.
  (func (export "trees") (param $most i32) (result i32)
    (local $depth i32) (local $times i32) (local $nodes i32) (local $kept (ref null $tree))
    (local.set $nodes (call $count (call $make (i32.add (local.get $most) (i32.const 1)))))
    (local.set $kept (call $make (local.get $most)))
    (local.set $depth (i32.const 4))
    (loop $depths
      (local.set $times
        (i32.shl (i32.const 1) (i32.add (i32.sub (local.get $most) (local.get $depth)) (i32.const 4))))
      (loop $again
        (local.set $nodes (i32.add (local.get $nodes) (call $count (call $make (local.get $depth)))))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br_if $again (local.get $times)))
      (local.set $depth (i32.add (local.get $depth) (i32.const 2)))
      (br_if $depths (i32.le_u (local.get $depth) (local.get $most))))
    (i32.add (local.get $nodes) (call $count (ref.as_non_null (local.get $kept)))))

  ;; Makes a tree and returns it.
  (func (export "make") (param $depth i32) (result anyref)
    (call $make (local.get $depth)))

  ;; Makes objects that are dropped at once.
  (func (export "churn") (param $times i32) (result i32)
    (local $tree (ref null $tree)) (local $count i32)
    (loop $again
      (local.set $tree (struct.new $tree (local.get $tree) (ref.null $tree)))
      (local.set $tree (struct.get $tree $right (local.get $tree)))
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $count) (local.get $times))))
    (local.get $count)))
