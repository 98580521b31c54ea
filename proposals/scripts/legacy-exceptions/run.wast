;; try, catch, catch_all, delegate and rethrow as they run. Everything is unfolded: the folded form of `try` is not known
;; to every parser of the text format.

;; One handler, several, and none that fits.
(module $basic
  (tag $none)
  (tag $one (param i32))
  (tag $two (param i32 i64))
  (tag $float (param f32 f64))

  (func (export "no-throw") (result i32)
    try (result i32)
      i32.const 1
    catch $none
      i32.const 2
    catch_all
      i32.const 3
    end)

  (func (export "empty-try") try end)
  (func (export "try-without-handler") (result i32) try (result i32) i32.const 7 end)

  ;; 0 to 3 throw the four tags; more throws nothing.
  (func $throw (param i32)
    block $float
      block $two
        block $one
          block $none
            local.get 0
            br_table $none $one $two $float 4
          end
          throw $none
        end
        i32.const 11
        throw $one
      end
      i32.const 21
      i64.const 22
      throw $two
    end
    f32.const 1.5
    f64.const 2.5
    throw $float)

  (func (export "throw") (param i32) local.get 0 call $throw)

  ;; Which handler runs, by its number.
  (func (export "which") (param i32) (result i32)
    try (result i32)
      local.get 0
      call $throw
      i32.const 9
    catch $none
      i32.const 0
    catch $one
      drop
      i32.const 1
    catch $two
      drop
      drop
      i32.const 2
    catch_all
      i32.const 3
    end)

  ;; The same in another order, and with a handler that is never reached because one before it has the tag.
  (func (export "first-wins") (param i32) (result i32)
    try (result i32)
      local.get 0
      call $throw
      i32.const 9
    catch $two
      drop
      drop
      i32.const 2
    catch $one
    catch $none
      i32.const 0
    catch $one
      drop
      i32.const -1
    end)

  (func (export "value-one") (result i32)
    try (result i32)
      i32.const 1
      call $throw
      i32.const 0
    catch $one
    end)

  (func (export "values-two") (result i32 i64)
    try (result i32 i64)
      i32.const 2
      call $throw
      unreachable
    catch $two
    end)

  (func (export "values-float") (result f32 f64)
    try (result f32 f64)
      i32.const 3
      call $throw
      unreachable
    catch $float
    end)

  ;; What was on the stack below the block is there after it, whichever way it was left.
  (func (export "stack-below") (param i32) (result i32)
    i32.const 100
    try (result i32)
      local.get 0
      call $throw
      i32.const 9
    catch $one
    catch_all
      i32.const 5
    end
    i32.add)

  ;; Locals keep what the body wrote before it threw.
  (func (export "locals") (result i32) (local $x i32)
    i32.const 1
    local.set $x
    try
      i32.const 40
      local.set $x
      i32.const 0
      call $throw
      i32.const 50
      local.set $x
    catch_all
      local.get $x
      i32.const 2
      i32.add
      local.set $x
    end
    local.get $x)

  ;; Parameters of the block are there for its body and not for its handlers.
  (func (export "parameters") (param i32) (result i32)
    i32.const 6
    i32.const 7
    try (param i32 i32) (result i32)
      i32.mul
      local.get 0
      call $throw
    catch $one
    end)

  ;; Throw in the function itself, without a call.
  (func (export "direct") (result i32)
    try (result i32)
      i32.const 33
      throw $one
    catch $one
      i32.const 1
      i32.add
    end)

  ;; Out of a loop and of blocks in between.
  (func (export "out-of-loop") (param $n i32) (result i32) (local $i i32)
    try (result i32)
      loop (result i32)
        block
          local.get $i
          local.get $n
          i32.eq
          if
            local.get $i
            throw $one
          end
        end
        local.get $i
        i32.const 1
        i32.add
        local.set $i
        br 0
      end
    catch $one
      i32.const 1000
      i32.add
    end)

  ;; A branch out of body and handler.
  (func (export "branch-out-of-body") (result i32)
    block $out (result i32)
      try (result i32)
        i32.const 4
        br $out
      catch_all
        i32.const 5
      end
      i32.const 10
      i32.add
    end)
  (func (export "branch-out-of-handler") (result i32)
    block $out (result i32)
      try (result i32)
        throw $none
      catch $none
        i32.const 4
        br $out
      end
      i32.const 10
      i32.add
    end)
  (func (export "branch-to-try") (param i32) (result i32)
    try $t (result i32)
      i32.const 8
      local.get 0
      br_if $t
      throw $one
    catch $one
      i32.const 8
      i32.add
      br $t
    end)
  (func (export "return-from-handler") (result i32)
    try
      throw $none
    catch $none
      i32.const 6
      return
    end
    i32.const 7)

  ;; A handler is not covered by its own block.
  (func (export "throw-in-handler") (result i32)
    try (result i32)
      try (result i32)
        throw $none
      catch $none
        i32.const 12
        throw $one
      catch $one
        drop
        i32.const -1
      catch_all
        i32.const -2
      end
    catch $one
    end)
  (func (export "uncaught-from-handler")
    try
      throw $none
    catch $none
      throw $none
    end)
)

(assert_return (invoke "no-throw") (i32.const 1))
(assert_return (invoke "empty-try"))
(assert_return (invoke "try-without-handler") (i32.const 7))
(assert_return (invoke "throw" (i32.const 4)))
(assert_exception (invoke "throw" (i32.const 0)))
(assert_exception (invoke "throw" (i32.const 1)))
(assert_exception (invoke "throw" (i32.const 2)))
(assert_exception (invoke "throw" (i32.const 3)))
(assert_return (invoke "which" (i32.const 0)) (i32.const 0))
(assert_return (invoke "which" (i32.const 1)) (i32.const 1))
(assert_return (invoke "which" (i32.const 2)) (i32.const 2))
(assert_return (invoke "which" (i32.const 3)) (i32.const 3))
(assert_return (invoke "which" (i32.const 4)) (i32.const 9))
(assert_return (invoke "first-wins" (i32.const 0)) (i32.const 0))
(assert_return (invoke "first-wins" (i32.const 1)) (i32.const 11))
(assert_return (invoke "first-wins" (i32.const 2)) (i32.const 2))
(assert_exception (invoke "first-wins" (i32.const 3)))
(assert_return (invoke "first-wins" (i32.const 4)) (i32.const 9))
(assert_return (invoke "value-one") (i32.const 11))
(assert_return (invoke "values-two") (i32.const 21) (i64.const 22))
(assert_return (invoke "values-float") (f32.const 1.5) (f64.const 2.5))
(assert_return (invoke "stack-below" (i32.const 0)) (i32.const 105))
(assert_return (invoke "stack-below" (i32.const 1)) (i32.const 111))
(assert_return (invoke "stack-below" (i32.const 4)) (i32.const 109))
(assert_return (invoke "locals") (i32.const 42))
(assert_return (invoke "parameters" (i32.const 4)) (i32.const 42))
(assert_return (invoke "parameters" (i32.const 1)) (i32.const 11))
(assert_exception (invoke "parameters" (i32.const 0)))
(assert_return (invoke "direct") (i32.const 34))
(assert_return (invoke "out-of-loop" (i32.const 0)) (i32.const 1000))
(assert_return (invoke "out-of-loop" (i32.const 77)) (i32.const 1077))
(assert_return (invoke "branch-out-of-body") (i32.const 4))
(assert_return (invoke "branch-out-of-handler") (i32.const 4))
(assert_return (invoke "branch-to-try" (i32.const 1)) (i32.const 8))
(assert_return (invoke "branch-to-try" (i32.const 0)) (i32.const 16))
(assert_return (invoke "return-from-handler") (i32.const 6))
(assert_return (invoke "throw-in-handler") (i32.const 12))
(assert_exception (invoke "uncaught-from-handler"))

;; rethrow: what is thrown again is what the handler that it names has caught.
(module $rethrow
  (tag $e)
  (tag $f (param i32))

  (func (export "uncaught-1") try throw $e catch $e rethrow 0 end)
  (func (export "uncaught-2") try throw $e catch_all rethrow 0 end)
  (func (export "caught-outside") (result i32)
    try (result i32)
      try (result i32)
        i32.const 5
        throw $f
      catch $f
        drop
        rethrow 0
      end
    catch $f
    end)
  (func (export "catch-all-keeps-value") (result i32)
    try (result i32)
      try (result i32)
        i32.const 6
        throw $f
      catch_all
        rethrow 0
      end
    catch $f
    end)

  ;; In the handler of the inner one, the outer one can be named: 0 for the inner, 1 for the outer.
  (func (export "which") (param i32) (result i32)
    try (result i32)
      try $outer (result i32)
        i32.const 1
        throw $f
      catch $f
        drop
        try $inner (result i32)
          i32.const 2
          throw $f
        catch $f
          drop
          local.get 0
          if
            rethrow $outer
          end
          rethrow $inner
        end
      end
    catch $f
    end)

  ;; From within blocks, loops and the body of another try.
  (func (export "through-blocks") (result i32)
    try (result i32)
      try (result i32)
        i32.const 9
        throw $f
      catch $f
        drop
        block
          loop
            try
              rethrow 3
            catch $e
            end
          end
        end
        i32.const 0
      end
    catch $f
    end)

  ;; Only sometimes.
  (func (export "maybe") (param i32) (result i32)
    try (result i32)
      throw $e
    catch $e
      local.get 0
      i32.eqz
      if
        rethrow 1
      end
      i32.const 3
    end)

  ;; Again and again, from one level to the next.
  (func $down (param i32) (result i32)
    local.get 0
    i32.eqz
    if
      i32.const 0
      throw $f
    end
    try (result i32)
      local.get 0
      i32.const 1
      i32.sub
      call $down
    catch_all
      rethrow 0
    end)
  (func (export "deep") (param i32) (result i32)
    try (result i32)
      local.get 0
      call $down
    catch $f
      i32.const 17
      i32.add
    end)
)
(assert_exception (invoke "uncaught-1"))
(assert_exception (invoke "uncaught-2"))
(assert_return (invoke "caught-outside") (i32.const 5))
(assert_return (invoke "catch-all-keeps-value") (i32.const 6))
(assert_return (invoke "which" (i32.const 0)) (i32.const 2))
(assert_return (invoke "which" (i32.const 1)) (i32.const 1))
(assert_return (invoke "through-blocks") (i32.const 9))
(assert_return (invoke "maybe" (i32.const 1)) (i32.const 3))
(assert_exception (invoke "maybe" (i32.const 0)))
(assert_return (invoke "deep" (i32.const 1)) (i32.const 17))
(assert_return (invoke "deep" (i32.const 200)) (i32.const 17))

;; delegate: as if the body had thrown in the block that is named.
(module $delegate
  (tag $e)
  (tag $f (param i32))

  (func (export "no-throw") (result i32)
    try (result i32)
      try (result i32)
        i32.const 1
      delegate 0
    catch $e
      i32.const 2
    end)
  (func (export "to-next") (result i32)
    try (result i32)
      try
        throw $e
      delegate 0
      i32.const 1
    catch $e
      i32.const 2
    end)
  ;; The one in between does not see it.
  (func (export "skips-one") (result i32)
    try $target (result i32)
      try (result i32)
        try
          throw $e
        delegate $target
        i32.const 1
      catch_all
        i32.const 2
      end
    catch_all
      i32.const 3
    end)
  ;; To a block that is no try: to whatever is around that block.
  (func (export "to-block") (result i32)
    try (result i32)
      block $b (result i32)
        try (result i32)
          try
            throw $e
          delegate $b
          i32.const 1
        catch_all
          i32.const 2
        end
      end
    catch_all
      i32.const 4
    end)
  (func (export "to-loop") (result i32)
    try (result i32)
      loop $l (result i32)
        try (result i32)
          try
            throw $e
          delegate $l
          i32.const 1
        catch_all
          i32.const 2
        end
      end
    catch_all
      i32.const 5
    end)
  ;; To the function: to its caller.
  (func $to-caller (param i32)
    try
      try
        local.get 0
        throw $f
      delegate 1
    catch_all
    end)
  (func (export "to-caller") (result i32)
    try (result i32)
      i32.const 44
      call $to-caller
      i32.const 1
    catch $f
    end)
  (func (export "to-caller-uncaught") i32.const 1 call $to-caller)
  (func (export "alone")
    try
      throw $e
    delegate 0)
  ;; One delegate to another.
  (func (export "chain") (result i32)
    try $a (result i32)
      try $b
        try $c
          try
            i32.const 61
            throw $f
          delegate $c
        delegate $b
      delegate $a
      i32.const 1
    catch $f
    end)
  ;; From a handler of the target: to what is around the target.
  (func (export "from-handler") (result i32)
    try (result i32)
      try $t (result i32)
        throw $e
      catch $e
        try
          i32.const 71
          throw $f
        delegate $t
        i32.const 1
      catch $f
        drop
        i32.const 2
      end
    catch $f
    end)
  ;; With a value, through a call.
  (func $throw (param i32) local.get 0 throw $f)
  (func (export "through-call") (param i32) (result i32)
    try (result i32)
      try (result i32)
        local.get 0
        call $throw
        i32.const 0
      delegate 0
    catch $f
      i32.const 1
      i32.add
    end)
  (func (export "rethrown") (result i32)
    try (result i32)
      try (result i32)
        try
          i32.const 81
          throw $f
        delegate 0
        i32.const 0
      catch $f
        drop
        rethrow 0
      end
    catch $f
    end)
)
(assert_return (invoke "no-throw") (i32.const 1))
(assert_return (invoke "to-next") (i32.const 2))
(assert_return (invoke "skips-one") (i32.const 3))
(assert_return (invoke "to-block") (i32.const 4))
(assert_return (invoke "to-loop") (i32.const 5))
(assert_return (invoke "to-caller") (i32.const 44))
(assert_exception (invoke "to-caller-uncaught"))
(assert_exception (invoke "alone"))
(assert_return (invoke "chain") (i32.const 61))
(assert_return (invoke "from-handler") (i32.const 71))
(assert_return (invoke "through-call" (i32.const 90)) (i32.const 91))
(assert_return (invoke "rethrown") (i32.const 81))

;; Traps are no exceptions: nothing catches them.
(module $traps
  (tag $e)
  (memory 1)
  (table 1 funcref)
  (type $void (func))
  (func (export "unreachable") try unreachable catch_all end)
  (func (export "divide") (result i32)
    try (result i32) i32.const 1 i32.const 0 i32.div_s catch_all i32.const 1 end)
  (func (export "load") (result i32)
    try (result i32) i32.const -1 i32.load catch_all i32.const 1 end)
  (func (export "call") try i32.const 0 call_indirect (type $void) catch_all end)
  (func $trap unreachable)
  (func (export "in-callee") try call $trap catch $e catch_all end)
  (func (export "delegated") try try unreachable delegate 0 catch_all end)
)
(assert_trap (invoke "unreachable") "unreachable")
(assert_trap (invoke "divide") "integer divide by zero")
(assert_trap (invoke "load") "out of bounds memory access")
(assert_trap (invoke "call") "uninitialized element")
(assert_trap (invoke "in-callee") "unreachable")
(assert_trap (invoke "delegated") "unreachable")

;; Across modules, a tag is what was exported, not what it looks like.
(module $a
  (tag $t (export "t") (param i32))
  (tag $alike (export "alike") (param i32))
  (func (export "throw") (param i32) local.get 0 throw $t)
  (func (export "throw-alike") (param i32) local.get 0 throw $alike)
)
(register "a" $a)
(module $b
  (tag $t (import "a" "t") (param i32))
  (tag $same (import "a" "t") (param i32))
  (tag $mine (param i32))
  (func $throw (import "a" "throw") (param i32))
  (func $throw-alike (import "a" "throw-alike") (param i32))
  (func (export "theirs") (result i32)
    try (result i32)
      i32.const 3
      call $throw
      i32.const 0
    catch $mine
      drop
      i32.const -1
    catch $t
    end)
  (func (export "under-another-name") (result i32)
    try (result i32)
      i32.const 4
      call $throw
      i32.const 0
    catch $same
    end)
  (func (export "alike") (result i32)
    try (result i32)
      i32.const 5
      call $throw-alike
      i32.const 0
    catch $t
      drop
      i32.const -1
    catch $mine
      drop
      i32.const -2
    catch_all
      i32.const 6
    end)
  (func (export "uncaught")
    try
      i32.const 5
      call $throw-alike
    catch $t
      drop
    end)
)
(assert_return (invoke "theirs") (i32.const 3))
(assert_return (invoke "under-another-name") (i32.const 4))
(assert_return (invoke "alike") (i32.const 6))
(assert_exception (invoke "uncaught"))
(assert_unlinkable (module (tag (import "a" "t") (param i64))) "incompatible import type")
(assert_unlinkable (module (tag (import "a" "t"))) "incompatible import type")
(assert_unlinkable (module (tag (import "a" "throw") (param i32))) "incompatible import type")
(assert_unlinkable (module (tag (import "a" "missing"))) "unknown import")

;; Together with tail calls: a handler does not cover a call that replaces its function.
(module $tail
  (tag $e)
  (func $throw throw $e)
  (func $replaced
    try
      return_call $throw
    catch_all
    end)
  (func (export "uncaught") call $replaced)
  (func (export "caught-by-caller") (result i32)
    try (result i32)
      call $replaced
      i32.const 0
    catch $e
      i32.const 1
    end)
)
(assert_exception (invoke "uncaught"))
(assert_return (invoke "caught-by-caller") (i32.const 1))

;; References travel, too.
(module $references
  (tag $r (param externref funcref))
  (func (export "extern") (param externref) (result externref)
    try (result externref funcref)
      local.get 0
      ref.null func
      throw $r
    catch $r
    end
    drop)
)
(assert_return (invoke "extern" (ref.extern 5)) (ref.extern 5))
(assert_return (invoke "extern" (ref.null extern)) (ref.null extern))
