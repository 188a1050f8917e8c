;; may_enter_from: a component that has returned can be entered again.

;; neighbours: b calls a, again and again, and each call is over before the next one
(component
  (component $A
    (core module $M (global $n (mut i32) (i32.const 0))
      (func (export "next") (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (global.get $n)))
    (core instance $m (instantiate $M))
    (func (export "next") (result u32) (canon lift (core func $m "next"))))
  (component $B
    (import "next" (func $next (result u32)))
    (core func $next' (canon lower (func $next)))
    (core module $M (import "" "next" (func $next (result i32)))
      (func (export "twice") (result i32) (i32.add (call $next) (call $next))))
    (core instance $m (instantiate $M (with "" (instance (export "next" (func $next'))))))
    (func (export "twice") (result u32) (canon lift (core func $m "twice"))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B (with "next" (func $a "next"))))
  (alias export $b "twice" (func $twice))
  (export "twice" (func $twice)))
(assert_return (invoke "twice") (u32.const 3))
(assert_return (invoke "twice") (u32.const 7))
