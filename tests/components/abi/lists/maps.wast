;; A map is a list of pairs.

(component
  (core module $Libc
    (memory (export "mem") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and
        (i32.add (global.get $next) (i32.sub (local.get 2) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get 2))))
      (global.set $next (i32.add (local.get $at) (local.get 3)))
      (local.get $at))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 0) (local.get 0))
      (i32.store (i32.const 4) (local.get 1))
      (i32.const 0)))
  (core instance $m (instantiate $Libc))
  (func (export "map") (param "a" (map string u8)) (result (map string u8)) (canon lift (core func $m "echo") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))

(assert_return (invoke "map" (list.const (tuple.const (str.const "k") (u8.const 1)) (tuple.const (str.const "l") (u8.const 2))))
  (list.const (tuple.const (str.const "k") (u8.const 1)) (tuple.const (str.const "l") (u8.const 2))))
