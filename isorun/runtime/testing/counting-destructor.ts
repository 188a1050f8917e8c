/** A resource that counts: the beginning of the component that defines it. */

/** Defines `$r`, and exports it. What its destructor was given is added up: `(core func $dtor "destroyed")` tells it. */
export const countingDestructor = `(core module $dtor
      (global $destroyed (mut i32) (i32.const 0))
      (func (export "dtor") (param i32) (global.set $destroyed (i32.add (global.get $destroyed) (local.get 0))))
      (func (export "destroyed") (result i32) (global.get $destroyed)))
    (core instance $dtor (instantiate $dtor))
    (type $r' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))`;
