;; Branch hints: they become branch weights.
(module
  (func (param i32) (result i32)
    (@metadata.code.branch_hint "\00") (if (local.get 0) (then (return (i32.const 1))))
    block
      local.get 0
      (@metadata.code.branch_hint "\01") br_if 0
      i32.const 2
      return
    end
    (block (br_if 0 (local.get 0)) (return (i32.const 3)))
    (i32.const 4)))
