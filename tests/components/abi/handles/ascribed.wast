;; A resource that an ascribed instance makes abstract is the same at run time (Explainer.md, Type Definitions).

(component
  (component $C
    (core module $counts
      (global $dropped (mut i32) (i32.const 0))
      (func (export "dtor") (param i32) (global.set $dropped (i32.add (global.get $dropped) (local.get 0))))
      (func (export "dropped") (result i32) (global.get $dropped)))
    (core instance $counts (instantiate $counts))
    (type $r (resource (rep i32) (dtor (core func $counts "dtor"))))
    (core func $new (canon resource.new $r))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 21)))
      (func (export "look") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))
    (core instance $m (instantiate $m (with "" (instance (export "new" (func $new))))))
    (func $make (result (own $r)) (canon lift (core func $m "make")))
    (func $look (param "of" (borrow $r)) (result u32) (canon lift (core func $m "look")))
    (func $dropped (result u32) (canon lift (core func $counts "dropped")))
    (instance $i
      (export "r" (type $r))
      (export "make" (func $make))
      (export "look" (func $look))
      (export "dropped" (func $dropped)))
    (export "i" (instance $i) (instance
      (export "r" (type $a (sub resource)))
      (export "make" (func (result (own $a))))
      (export "look" (func (param "of" (borrow $a)) (result u32)))
      (export "dropped" (func (result u32))))))
  (instance $c (instantiate $C))
  (alias export $c "i" (instance $i))
  (alias export $i "r" (type $r))
  (core func $make (canon lower (func $i "make")))
  (core func $look (canon lower (func $i "look")))
  (core func $dropped (canon lower (func $i "dropped")))
  (core func $drop (canon resource.drop $r))
  (core module $n
    (import "" "make" (func $make (result i32)))
    (import "" "look" (func $look (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "dropped" (func $dropped (result i32)))
    (func (export "run") (result i32) (local $r i32) (local $seen i32)
      (local.set $r (call $make))
      (local.set $seen (call $look (local.get $r)))
      (call $drop (local.get $r))
      (i32.add (i32.mul (local.get $seen) (i32.const 100)) (call $dropped))))
  (core instance $n (instantiate $n (with "" (instance
    (export "make" (func $make)) (export "look" (func $look))
    (export "drop" (func $drop)) (export "dropped" (func $dropped))))))
  (func (export "run") (result u32) (canon lift (core func $n "run"))))
(assert_return (invoke "run") (u32.const 4221))
