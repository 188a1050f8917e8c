;; resource.drop: the destructor is given the representation, in the instance that defines the resource; what traps in
;; it traps the drop. Its own instance may drop from within a call.

(component definition $P
  (component $Store
    (core module $Dtor
      (global $sum (mut i32) (i32.const 0))
      (func (export "dtor") (param i32)
        (if (i32.eq (local.get 0) (i32.const 13)) (then unreachable))
        (global.set $sum (i32.add (global.get $sum) (local.get 0))))
      (func (export "sum") (result i32) (global.get $sum)))
    (core instance $dtor (instantiate $Dtor))
    (type $r' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (core func $new (canon resource.new $r'))
    (core func $drop (canon resource.drop $r'))
    (export $r "r" (type $r'))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "at-once") (param i32) (call $drop (call $new (local.get 0)))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
    (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $m "make")))
    (func (export "at-once") (param "rep" u32) (canon lift (core func $m "at-once")))
    (func (export "sum") (result u32) (canon lift (core func $dtor "sum"))))
  (instance $store (instantiate $Store))
  (alias export $store "r" (type $r))
  (core func $make (canon lower (func $store "make")))
  (core func $drop (canon resource.drop $r))
  (core module $Main
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "make-and-drop") (param i32) (call $drop (call $make (local.get 0)))))
  (core instance $main (instantiate $Main (with "" (instance (export "make" (func $make)) (export "drop" (func $drop))))))
  (func (export "make-and-drop") (param "rep" u32) (canon lift (core func $main "make-and-drop")))
  (alias export $store "sum" (func $sum))
  (export "sum" (func $sum))
  (alias export $store "at-once" (func $at-once))
  (export "at-once" (func $at-once)))

(component instance $p $P)
(assert_return (invoke "make-and-drop" (u32.const 5)))
(assert_return (invoke "sum") (u32.const 5))
(assert_return (invoke "at-once" (u32.const 6)))
(assert_return (invoke "sum") (u32.const 11))
(assert_trap (invoke "make-and-drop" (u32.const 13)) "wasm trap")
(assert_trap (invoke "sum") "cannot enter component instance")
(component instance $p $P)
(assert_trap (invoke "at-once" (u32.const 13)) "wasm trap")
