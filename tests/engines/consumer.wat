;; Calls the interface that another instance serves with what it gave back.

(component
  (import "smoke:test/echo" (instance $echo (export "shout" (func (param "text" string) (result string)))))
  (core module $Memory
    (memory (export "mem") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (global.get $next))
      (global.set $next (i32.add (local.get $at) (local.get 3)))
      (local.get $at)))
  (core instance $memory (instantiate $Memory))
  (core func $shout (canon lower (func $echo "shout")
    (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
  (core module $M
    (import "" "shout" (func $shout (param i32 i32 i32)))
    (import "" "mem" (memory 1))
    (func (export "twice") (param i32 i32) (result i32)
      (call $shout (local.get 0) (local.get 1) (i32.const 16))
      (call $shout (i32.load (i32.const 16)) (i32.load (i32.const 20)) (i32.const 16))
      (i32.const 16)))
  (core instance $m (instantiate $M (with "" (instance
    (export "shout" (func $shout))
    (export "mem" (memory $memory "mem"))))))
  (func (export "twice") (param "text" string) (result string)
    (canon lift (core func $m "twice") (memory (core memory $memory "mem")) (realloc (core func $memory "realloc")))))
