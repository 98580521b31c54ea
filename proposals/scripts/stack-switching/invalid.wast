;; What validation says of continuation types and of the instructions on them.

(module
  (type $f (func (param i32 i64) (result f32)))
  (type $k (cont $f))
  (type $g (func (param i64) (result f32)))
  (type $kg (cont $g))
  (rec (type $fr (func (param (ref null $kr)))) (type $kr (cont $fr)))
  (type $sub (sub (cont $fr)))
  (tag $t (param i32) (result i64))
  (tag $e (param i32))
  (tag $s (result f32))
  (func (param (ref null $k)) (result (ref null cont)) (local.get 0))
  (func (param (ref null $k)) (result (ref null $k)) (ref.null nocont))
  (func (param (ref $f)) (result (ref cont)) (cont.new $k (local.get 0)))
  (func (param (ref null $k)) (result (ref $kg)) (cont.bind $k $kg (i32.const 1) (local.get 0)))
  (func (result i64) (suspend $t (i32.const 0)))
  (func (param (ref null $k)) (result f32) (resume $k (i32.const 0) (i64.const 0) (local.get 0)))
  (func (param (ref null $k)) (result f32) (resume_throw $k $e (i32.const 0) (local.get 0)))
  (func (param (ref null $k) exnref) (result f32) (resume_throw_ref $k (local.get 1) (local.get 0)))
  (func (result f32) (unreachable) (resume $k))
  (func (result i64) (unreachable) (suspend $t))
  (func (result (ref $k)) (unreachable) (cont.new $k))
  (func (result (ref $kg)) (unreachable) (cont.bind $k $kg))
  ;; A label may want less than what it gets.
  (type $gk (func (param i64) (result f32)))
  (type $kk (cont $gk))
  (func (param (ref null $k)) (result i32 (ref null $kk))
    (resume $k (on $t 0) (i32.const 0) (i64.const 0) (local.get 0))
    (unreachable))
)

;; Types.
(assert_invalid (module (type (cont 0))) "non-function type")
(assert_invalid (module (type (cont 1)) (type (func))) "unknown type")
(assert_invalid (module (type $s (struct)) (type (cont $s))) "non-function type")
(assert_invalid (module (type $a (array i32)) (type (cont $a))) "non-function type")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (type (cont $k))) "non-function type")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (type $k))) "non-function type")
(assert_invalid
  (module (type $f (func)) (type $k (cont $f)) (func (param (ref $k)) (result (ref $f)) (local.get 0)))
  "type mismatch")
(assert_invalid
  (module (type $f (func)) (type $k (cont $f)) (func (param (ref $f)) (result (ref $k)) (local.get 0)))
  "type mismatch")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (param (ref cont)) (result (ref $k)) (local.get 0))) "type mismatch")
(assert_invalid (module (func (param (ref cont)) (result (ref nocont)) (local.get 0))) "type mismatch")
(assert_invalid (module (func (param (ref cont)) (result (ref func)) (local.get 0))) "type mismatch")
(assert_invalid (module (func (param (ref cont)) (result (ref any)) (local.get 0))) "type mismatch")
(assert_invalid (module (func (param (ref null cont)) (result (ref cont)) (local.get 0))) "type mismatch")
(assert_invalid
  (module (type $f (func)) (type $g (func (param i32))) (type $k (cont $f)) (type $l (cont $g))
    (func (param (ref $k)) (result (ref $l)) (local.get 0)))
  "type mismatch")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (local (ref $k)) (drop (local.get 0)))) "uninitialized local")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (table 1 (ref $k))) "type mismatch")

;; cont.new
(assert_invalid (module (type $f (func)) (func (drop (cont.new $f (ref.null $f))))) "non-continuation type")
(assert_invalid (module (func (drop (cont.new 9 (ref.null func))))) "unknown type")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (drop (cont.new $k)))) "type mismatch")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (drop (cont.new $k (i32.const 0))))) "type mismatch")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (param funcref) (drop (cont.new $k (local.get 0))))) "type mismatch")
(assert_invalid
  (module (type $f (func)) (type $g (func (param i32))) (type $k (cont $f))
    (func (param (ref $g)) (drop (cont.new $k (local.get 0)))))
  "type mismatch")

;; suspend
(assert_invalid (module (func (suspend 0))) "unknown tag")
(assert_invalid (module (tag $t (param i32)) (func (suspend $t))) "type mismatch")
(assert_invalid (module (tag $t (param i32)) (func (suspend $t (i64.const 0)))) "type mismatch")
(assert_invalid (module (tag $t (result i32)) (func (suspend $t))) "type mismatch")
(assert_invalid (module (tag $t (result i32)) (func (result i64) (suspend $t))) "type mismatch")

;; A tag with results is none to throw.
(assert_invalid (module (tag $t (result i32)) (func (throw $t))) "non-empty tag result type")
(assert_invalid (module (tag $t (result i32)) (func (try_table (catch $t 0)))) "non-empty tag result type")
(assert_invalid
  (module (type $f (func)) (type $k (cont $f)) (tag $t (result i32)) (func (resume_throw $k $t (ref.null $k))))
  "non-empty tag result type")

;; resume
(assert_invalid (module (type $f (func)) (func (resume $f (ref.null $f)))) "non-continuation type")
(assert_invalid (module (func (resume 7 (unreachable)))) "unknown type")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (resume $k))) "type mismatch")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (resume $k (ref.null $f)))) "type mismatch")
(assert_invalid (module (type $f (func (param i32))) (type $k (cont $f)) (func (resume $k (ref.null $k)))) "type mismatch")
(assert_invalid (module (type $f (func (param i32))) (type $k (cont $f)) (func (resume $k (i64.const 0) (ref.null $k)))) "type mismatch")
(assert_invalid (module (type $f (func (result i32))) (type $k (cont $f)) (func (resume $k (ref.null $k)))) "type mismatch")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (param (ref cont)) (resume $k (local.get 0)))) "type mismatch")

;; The clauses of resume.
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (resume $k (on 0 0) (ref.null $k)))) "unknown tag")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (tag $t) (func (resume $k (on $t 1) (ref.null $k)))) "unknown label")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (tag $t) (func (resume $k (on $t 0) (ref.null $k)))) "type mismatch")
(assert_invalid
  (module (type $f (func)) (type $k (cont $f)) (tag $t)
    (func (block $h (result i32) (resume $k (on $t $h) (ref.null $k)) (unreachable)) (drop)))
  "type mismatch")
(assert_invalid
  (module (type $f (func)) (type $k (cont $f)) (tag $t (param i32))
    (func (block $h (result (ref $k)) (resume $k (on $t $h) (ref.null $k)) (unreachable)) (drop)))
  "type mismatch")
(assert_invalid
  (module (type $f (func)) (type $k (cont $f)) (tag $t (param i32))
    (func (block $h (result i64 (ref $k)) (resume $k (on $t $h) (ref.null $k)) (unreachable)) (drop) (drop)))
  "type mismatch")
(assert_invalid
  (module (type $f (func)) (type $k (cont $f)) (tag $t (param i32))
    (func (block $h (result (ref $k) i32) (resume $k (on $t $h) (ref.null $k)) (unreachable)) (drop) (drop)))
  "type mismatch")
;; What the continuation in the label takes is what the tag gives; what it gives is what the resumed one gives.
(assert_invalid
  (module (type $f (func)) (type $k (cont $f)) (tag $t (result i32))
    (func (block $h (result (ref $k)) (resume $k (on $t $h) (ref.null $k)) (unreachable)) (drop)))
  "type mismatch")
(assert_invalid
  (module (type $f (func)) (type $k (cont $f)) (type $g (func (result i32))) (type $l (cont $g)) (tag $t)
    (func (block $h (result (ref $l)) (resume $k (on $t $h) (ref.null $k)) (unreachable)) (drop)))
  "type mismatch")
(assert_invalid
  (module (type $f (func)) (type $k (cont $f)) (tag $t)
    (func (block $h (result (ref $f)) (resume $k (on $t $h) (ref.null $k)) (unreachable)) (drop)))
  "non-continuation type")
;; A switch clause: the tag has no parameters, and the results of the resumed one.
(assert_invalid
  (module (type $f (func)) (type $k (cont $f)) (tag $t (param i32)) (func (resume $k (on $t switch) (ref.null $k))))
  "type mismatch")
(assert_invalid
  (module (type $f (func)) (type $k (cont $f)) (tag $t (result i32)) (func (resume $k (on $t switch) (ref.null $k))))
  "type mismatch")
(assert_invalid
  (module (type $f (func (result i32))) (type $k (cont $f)) (tag $t)
    (func (drop (resume $k (on $t switch) (ref.null $k)))))
  "type mismatch")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (resume $k (on 0 switch) (ref.null $k)))) "unknown tag")

;; cont.bind
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (drop (cont.bind $f $k (ref.null $f))))) "non-continuation type")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (drop (cont.bind $k $f (ref.null $k))))) "non-continuation type")
(assert_invalid
  (module (type $f (func (param i32))) (type $k (cont $f)) (type $g (func)) (type $l (cont $g))
    (func (drop (cont.bind $l $k (ref.null $l)))))
  "type mismatch")
(assert_invalid
  (module (type $f (func (param i32))) (type $k (cont $f)) (type $g (func)) (type $l (cont $g))
    (func (drop (cont.bind $k $l (ref.null $k)))))
  "type mismatch")
(assert_invalid
  (module (type $f (func (param i32 i64))) (type $k (cont $f)) (type $g (func (param i32))) (type $l (cont $g))
    (func (drop (cont.bind $k $l (i32.const 0) (ref.null $k)))))
  "type mismatch")
(assert_invalid
  (module (type $f (func (param i32) (result i32))) (type $k (cont $f)) (type $g (func)) (type $l (cont $g))
    (func (drop (cont.bind $k $l (i32.const 0) (ref.null $k)))))
  "type mismatch")

;; resume_throw, resume_throw_ref
(assert_invalid (module (type $f (func)) (tag $e) (func (resume_throw $f $e (ref.null $f)))) "non-continuation type")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (resume_throw $k 0 (ref.null $k)))) "unknown tag")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (tag $e (param i32)) (func (resume_throw $k $e (ref.null $k)))) "type mismatch")
(assert_invalid (module (type $f (func (result i32))) (type $k (cont $f)) (tag $e) (func (resume_throw $k $e (ref.null $k)))) "type mismatch")
(assert_invalid
  (module (type $f (func (param i32))) (type $k (cont $f)) (tag $e)
    (func (resume_throw $k $e (i32.const 0) (ref.null $k))))
  "type mismatch")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (resume_throw_ref $k (ref.null $k)))) "type mismatch")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (func (resume_throw_ref $k (i32.const 0) (ref.null $k)))) "type mismatch")
(assert_invalid (module (type $f (func)) (func (resume_throw_ref $f (ref.null exn) (ref.null $f)))) "non-continuation type")

;; switch
(assert_invalid (module (type $f (func)) (tag $t) (func (switch $f $t (ref.null $f)))) "non-continuation type")
(assert_invalid (module (type $f (func)) (type $k (cont $f)) (tag $t) (func (switch $k $t (ref.null $k)))) "type mismatch")
(assert_invalid (module (type $f (func (param i32))) (type $k (cont $f)) (tag $t) (func (switch $k $t (ref.null $k)))) "type mismatch")
(assert_invalid (module (type $f (func (param funcref))) (type $k (cont $f)) (tag $t) (func (switch $k $t (ref.null $k)))) "type mismatch")
(assert_invalid
  (module (rec (type $f (func (param (ref null $k)))) (type $k (cont $f)))
    (func (drop (switch $k 0 (ref.null $k)))))
  "unknown tag")
(assert_invalid
  (module (rec (type $f (func (param (ref null $k)))) (type $k (cont $f))) (tag $t (param i32))
    (func (drop (switch $k $t (ref.null $k)))))
  "type mismatch")
(assert_invalid
  (module (rec (type $f (func (param (ref null $k)))) (type $k (cont $f))) (tag $t (result i32))
    (func (drop (switch $k $t (ref.null $k)))))
  "type mismatch")
(assert_invalid
  (module (rec (type $f (func (param i32 (ref null $k)))) (type $k (cont $f))) (tag $t)
    (func (switch $k $t (ref.null $k)) (drop) (drop)))
  "type mismatch")
