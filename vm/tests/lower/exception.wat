;; Exceptions: a call that may throw inside a handler is an invoke, and its landing pad compares tags.
(module
  (tag $number (param i32))
  (tag $empty)
  (func $throws (throw $number (i32.const 7)))
  (func (result i32)
    (block $caught (result i32)
      (try_table (catch $number $caught) (call $throws))
      (i32.const 0)))
  (func (result exnref)
    (block $all (result exnref)
      (try_table (result exnref) (catch_all_ref $all) (call $throws) (ref.null exn))))
  (func (block $here (try_table (catch $empty $here) (throw $empty))))
  (func (param exnref) (throw_ref (local.get 0))))
