;; Legacy exceptions: the same landing pads, with the handlers' code inside the block.
(module
  (tag $number (param i32))
  (func $throws (throw $number (i32.const 7)))
  (func (result i32)
    try (result i32)
      call $throws
      i32.const 0
    catch $number
    catch_all
      i32.const 1
    end)
  (func
    try
      call $throws
    catch_all
      rethrow 0
    end)
  (func
    try
      try
        call $throws
      delegate 0
    catch_all
    end))
