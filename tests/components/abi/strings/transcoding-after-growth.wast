;; A string that is transcoded between components, out of a memory that has grown since the call before.

(component
  (component $Inner
    (core module $M
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
      (func (export "count") (param i32 i32) (result i32) (local.get 1)))
    (core instance $m (instantiate $M))
    (func (export "count") (param "a" string) (result u32)
      (canon lift (core func $m "count") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
  (instance $inner (instantiate $Inner))
  (core module $Memory (memory (export "mem") 1))
  (core instance $memory (instantiate $Memory))
  (core func $count (canon lower (func $inner "count") string-encoding=utf16 (memory (core memory $memory "mem"))))
  (core module $Main
    (import "" "mem" (memory 1))
    (import "" "count" (func $count (param i32 i32) (result i32)))
    (func (export "count") (result i32)
      (local $at i32)
      (local.set $at (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))
      (i32.store16 (local.get $at) (i32.const 0xe9))
      (call $count (local.get $at) (i32.const 1))))
  (core instance $main (instantiate $Main (with "" (instance (export "mem" (memory $memory "mem")) (export "count" (func $count))))))
  (func (export "count") (result u32) (canon lift (core func $main "count"))))

(assert_return (invoke "count") (u32.const 2))
(assert_return (invoke "count") (u32.const 2))
