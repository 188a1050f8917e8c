/** A component whose things others are lent. */

/** Serves `b`; whoever looks at a thing is told how many were destroyed, in hundreds, and its number. */
export const owner = `(component
  (component $inner
    (core module $dtor (global $n (mut i32) (i32.const 0))
      (func (export "dtor") (param i32) (global.set $n (i32.add (global.get $n) (i32.const 1))))
      (func (export "destroyed") (result i32) (global.get $n)))
    (core instance $dtor (instantiate $dtor))
    (type $r' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "destroyed" (func $destroyed (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 5)))
      (func (export "look") (param i32) (result i32)
        (i32.add (i32.mul (i32.const 100) (call $destroyed)) (local.get 0))))
    (core instance $m (instantiate $m (with "" (instance
      (export "new" (func $new)) (export "destroyed" (func $dtor "destroyed"))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
    (func (export "look") (param "r" (borrow $r)) (result u32) (canon lift (core func $m "look")))
    (func (export "destroyed") (result u32) (canon lift (core func $dtor "destroyed"))))
  (instance $inner (instantiate $inner))
  (export "b" (instance $inner)))`;
