;; Start functions of core modules run while the instance is made: what traps there leaves no instance.

(assert_trap
  (component
    (core module $M (func $f unreachable) (start $f))
    (core instance (instantiate $M)))
  "wasm trap")
(assert_trap
  (component
    (core module $M (memory 1) (data (i32.const 65536) "x"))
    (core instance (instantiate $M)))
  "wasm trap")
(assert_trap
  (component
    (core module $M (table 1 funcref) (func $f) (elem (i32.const 1) func $f))
    (core instance (instantiate $M)))
  "wasm trap")
;; in a component within
(assert_trap
  (component
    (component $Inner
      (core module $M (func $f (drop (i32.div_u (i32.const 1) (i32.const 0)))) (start $f))
      (core instance (instantiate $M)))
    (instance (instantiate $Inner)))
  "wasm trap")
;; a start function may call what was instantiated before
(component
  (component $Inner
    (core module $M (global $n (mut i32) (i32.const 40))
      (func (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
    (core instance $m (instantiate $M))
    (func (export "next") (result u32) (canon lift (core func $m "next"))))
  (instance $inner (instantiate $Inner))
  (core func $next (canon lower (func $inner "next")))
  (core module $M
    (import "" "next" (func $next (result i32)))
    (global $got (mut i32) (i32.const 0))
    (func $start (global.set $got (call $next)))
    (start $start)
    (func (export "got") (result i32) (global.get $got)))
  (core instance $m (instantiate $M (with "" (instance (export "next" (func $next))))))
  (func (export "got") (result u32) (canon lift (core func $m "got"))))
(assert_return (invoke "got") (u32.const 41))
