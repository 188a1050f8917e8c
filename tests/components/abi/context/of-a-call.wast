;; context.get and context.set: storage belongs to the thread of one call, and begins with zeros; realloc has its own.

(component
  (core func $get (canon context.get i32 0))
  (core func $set (canon context.set i32 0))
  (core module $M
    (import "" "get" (func $get (result i32)))
    (import "" "set" (func $set (param i32)))
    (memory (export "mem") 1)
    (global $seen (mut i32) (i32.const 0))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.set $seen (call $get))
      (call $set (i32.const 9))
      (i32.const 64))
    (func (export "set-and-get") (param i32) (result i32) (call $set (local.get 0)) (call $get))
    (func (export "get") (result i32) (call $get))
    (func (export "take") (param i32 i32) (result i32)
      (i32.add (i32.mul (global.get $seen) (i32.const 10)) (call $get))))
  (core instance $m (instantiate $M (with "" (instance (export "get" (func $get)) (export "set" (func $set))))))
  (func (export "set-and-get") (param "a" u32) (result u32) (canon lift (core func $m "set-and-get")))
  (func (export "get") (result u32) (canon lift (core func $m "get")))
  (func (export "take") (param "a" string) (result u32)
    (canon lift (core func $m "take") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))

(assert_return (invoke "get") (u32.const 0))
(assert_return (invoke "set-and-get" (u32.const 5)) (u32.const 5))
(assert_return (invoke "get") (u32.const 0))
(assert_return (invoke "take" (str.const "a")) (u32.const 0))
