;; A handle of one resource type is none of another, nor one of the same definition in another instance.

(component definition $P
  (component $Store
    (type $r' (resource (rep i32)))
    (core func $new (canon resource.new $r'))
    (export $r "r" (type $r'))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "look") (param i32) (result i32) (local.get 0)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $m "make")))
    (func (export "look") (param "r" (borrow $r)) (result u32) (canon lift (core func $m "look"))))
  (instance $one (instantiate $Store))
  (instance $two (instantiate $Store))
  (alias export $two "r" (type $r2))
  (core func $make (canon lower (func $one "make")))
  (core func $look-1 (canon lower (func $one "look")))
  (core func $look-2 (canon lower (func $two "look")))
  (core func $drop-2 (canon resource.drop $r2))
  (core module $Main
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "look-1" (func $look-1 (param i32) (result i32)))
    (import "" "look-2" (func $look-2 (param i32) (result i32)))
    (import "" "drop-2" (func $drop-2 (param i32)))
    (func (export "right") (result i32) (call $look-1 (call $make (i32.const 3))))
    (func (export "wrong") (result i32) (call $look-2 (call $make (i32.const 3))))
    (func (export "wrong-drop") (call $drop-2 (call $make (i32.const 3)))))
  (core instance $main (instantiate $Main (with "" (instance
    (export "make" (func $make)) (export "look-1" (func $look-1)) (export "look-2" (func $look-2)) (export "drop-2" (func $drop-2))))))
  (func (export "right") (result u32) (canon lift (core func $main "right")))
  (func (export "wrong") (result u32) (canon lift (core func $main "wrong")))
  (func (export "wrong-drop") (canon lift (core func $main "wrong-drop"))))

(component instance $p $P)
(assert_return (invoke "right") (u32.const 3))
(assert_trap (invoke "wrong") "used with the wrong type")
(component instance $p $P)
(assert_trap (invoke "wrong-drop") "used with the wrong type")
