;; Memories that grow while values are copied, on both sides, through several pages: nothing is lost.

(component
  (component $Inner
    (core module $M
      (memory (export "mem") 1)
      ;; each block is on fresh pages
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (local $pages i32)
        (local.set $pages (i32.add (i32.shr_u (local.get 3) (i32.const 16)) (i32.const 1)))
        (i32.mul (memory.grow (local.get $pages)) (i32.const 65536)))
      (func (export "echo") (param i32 i32) (result i32)
        (i32.store (i32.const 0) (local.get 0))
        (i32.store (i32.const 4) (local.get 1))
        (i32.const 0)))
    (core instance $m (instantiate $M))
    (func (export "texts") (param "a" (list string)) (result (list string))
      (canon lift (core func $m "echo") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
    (func (export "bytes") (param "a" (list u8)) (result (list u8))
      (canon lift (core func $m "echo") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
  (instance $inner (instantiate $Inner))
  (core module $Memory
    (memory (export "mem") 4)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $pages i32)
      (local.set $pages (i32.add (i32.shr_u (local.get 3) (i32.const 16)) (i32.const 1)))
      (i32.mul (memory.grow (local.get $pages)) (i32.const 65536))))
  (core instance $memory (instantiate $Memory))
  (core func $texts (canon lower (func $inner "texts") (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
  (core func $bytes (canon lower (func $inner "bytes") (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
  (core module $Main
    (import "" "mem" (memory 4))
    (import "" "texts" (func $texts (param i32 i32 i32)))
    (import "" "bytes" (func $bytes (param i32 i32 i32)))
    (func (export "texts") (param i32 i32) (result i32)
      (call $texts (local.get 0) (local.get 1) (i32.const 16)) (i32.const 16))
    ;; so many bytes, of which the last is 77: what comes back at the end
    (func (export "bytes") (param i32) (result i32)
      (i32.store8 (i32.add (i32.const 1023) (local.get 0)) (i32.const 77))
      (call $bytes (i32.const 1024) (local.get 0) (i32.const 16))
      (i32.load8_u (i32.add (i32.load (i32.const 16)) (i32.sub (i32.load (i32.const 20)) (i32.const 1))))))
  (core instance $main (instantiate $Main (with "" (instance
    (export "mem" (memory $memory "mem")) (export "texts" (func $texts)) (export "bytes" (func $bytes))))))
  (func (export "texts") (param "a" (list string)) (result (list string))
    (canon lift (core func $main "texts") (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
  (func (export "bytes") (param "a" u32) (result u8) (canon lift (core func $main "bytes"))))

(assert_return (invoke "texts" (list.const (str.const "one") (str.const "é") (str.const "") (str.const "⛳🍰")))
  (list.const (str.const "one") (str.const "é") (str.const "") (str.const "⛳🍰")))
(assert_return (invoke "bytes" (u32.const 1)) (u8.const 77))
(assert_return (invoke "bytes" (u32.const 65536)) (u8.const 77))
(assert_return (invoke "bytes" (u32.const 200000)) (u8.const 77))
(assert_return (invoke "texts" (list.const (str.const "again"))) (list.const (str.const "again")))
