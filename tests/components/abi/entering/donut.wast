;; may_enter_from: a child may call the parent that called it, also by way of a sibling (donut wrapping).

(component
  (core module $Own (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))
  (core instance $own (instantiate $Own))
  (func $f (param "a" u32) (result u32) (canon lift (core func $own "f")))
  (component $Child
    (import "f" (func $f (param "a" u32) (result u32)))
    (core func $f' (canon lower (func $f)))
    (core module $M
      (import "" "f" (func $f (param i32) (result i32)))
      (func (export "g") (param i32) (result i32) (i32.mul (call $f (local.get 0)) (i32.const 10))))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $f'))))))
    (func (export "g") (param "a" u32) (result u32) (canon lift (core func $m "g"))))
  (instance $inner (instantiate $Child (with "f" (func $f))))
  (instance $outer (instantiate $Child (with "f" (func $inner "g"))))
  (core func $g (canon lower (func $inner "g")))
  (core func $h (canon lower (func $outer "g")))
  (core module $Main
    (import "" "g" (func $g (param i32) (result i32)))
    (import "" "h" (func $h (param i32) (result i32)))
    (func (export "g") (param i32) (result i32) (call $g (local.get 0)))
    (func (export "h") (param i32) (result i32) (call $h (local.get 0)))
    (func (export "both") (param i32) (result i32) (i32.add (call $g (local.get 0)) (call $h (local.get 0)))))
  (core instance $main (instantiate $Main (with "" (instance (export "g" (func $g)) (export "h" (func $h))))))
  ;; parent → child → parent
  (func (export "by-child") (param "a" u32) (result u32) (canon lift (core func $main "g")))
  ;; parent → child → child → parent
  (func (export "by-children") (param "a" u32) (result u32) (canon lift (core func $main "h")))
  (func (export "both") (param "a" u32) (result u32) (canon lift (core func $main "both")))
  ;; host → child → parent
  (alias export $inner "g" (func $direct))
  (export "direct" (func $direct)))

(assert_return (invoke "by-child" (u32.const 1)) (u32.const 20))
(assert_return (invoke "by-children" (u32.const 1)) (u32.const 200))
(assert_return (invoke "both" (u32.const 1)) (u32.const 220))
(assert_return (invoke "direct" (u32.const 2)) (u32.const 30))
(assert_return (invoke "by-child" (u32.const 1)) (u32.const 20))
