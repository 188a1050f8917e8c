;; may_enter_from: a parent that its child called may not call that child again (donut wrapping); after a trap nothing
;; can be entered.

;; a calls b through a function that the parent ties later: a → b → a, through a table
(component definition $P
  (core module $Table
    (table (export "t") 1 funcref))
  (component $A
    (import "b" (func $b))
    (core func $b' (canon lower (func $b)))
    (core module $M
      (import "" "b" (func $b))
      (func (export "call-b") (call $b))
      (func (export "leaf")))
    (core instance $m (instantiate $M (with "" (instance (export "b" (func $b'))))))
    (func (export "call-b") (canon lift (core func $m "call-b")))
    (func (export "leaf") (canon lift (core func $m "leaf"))))
  ;; what b is: the parent's own function, which calls into a again
  (core instance $table (instantiate $Table))
  (core module $Indirect
    (import "" "t" (table 1 funcref))
    (type $f (func))
    (func (export "call") (call_indirect (type $f) (i32.const 0))))
  (core instance $indirect (instantiate $Indirect (with "" (instance (export "t" (table $table "t"))))))
  (func $b (canon lift (core func $indirect "call")))
  (instance $a (instantiate $A (with "b" (func $b))))
  (core func $leaf (canon lower (func $a "leaf")))
  (core module $Fill
    (import "" "t" (table 1 funcref))
    (import "" "leaf" (func $leaf))
    (elem (i32.const 0) func $leaf))
  (core instance (instantiate $Fill (with "" (instance (export "t" (table $table "t")) (export "leaf" (func $leaf))))))
  (alias export $a "call-b" (func $call-b))
  (export "call-b" (func $call-b))
  (alias export $a "leaf" (func $leaf-again))
  (export "leaf" (func $leaf-again)))

(component instance $p $P)
(assert_return (invoke "leaf"))
(assert_return (invoke "leaf"))
;; host → a → parent → a
(assert_trap (invoke "call-b") "cannot enter component instance")
(assert_trap (invoke "leaf") "cannot enter component instance")
;; another instance of the same component is another one
(component instance $q $P)
(assert_return (invoke $q "leaf"))
