;; Storing: the bytes that a guest finds where parameters go through its memory; padding is left as it is.

(component
  (core module $M
    (memory (export "mem") 1)
    (func $fill (memory.fill (i32.const 0) (i32.const 0xaa) (i32.const 512)))
    (start $fill)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
    (func (export "byte") (param i32 i32) (result i32) (i32.load8_u (i32.add (i32.const 64) (local.get 1))))
    (func (export "look") (param i32) (result i32) (i32.load8_u (local.get 0))))
  (core instance $m (instantiate $M))
  (type $bits' (flags "a" "b" "c" "d" "e" "f" "g" "h" "i"))
  (export $bits "bits" (type $bits'))
  ;; one item: u8 at 0, u32 at 4, option<u16> at 8 and 10, flags of two bytes at 12, f64 at 16, s8 at 24: of 32
  (type $item' (tuple u8 u32 (option u16) $bits f64 s8))
  (func (export "put") (param "a" (list $item')) (result u8)
    (canon lift (core func $m "byte") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
  (func (export "look") (param "at" u32) (result u8) (canon lift (core func $m "look"))))

(assert_return (invoke "put" (list.const (tuple.const (u8.const 1) (u32.const 0x05040302) (option.some (u16.const 0x0706))
  (flags.const "a" "i") (f64.const -0.0) (s8.const -1)))) (u8.const 0xaa))
(assert_return (invoke "look" (u32.const 64)) (u8.const 1))
(assert_return (invoke "look" (u32.const 68)) (u8.const 2))
(assert_return (invoke "look" (u32.const 71)) (u8.const 5))
(assert_return (invoke "look" (u32.const 72)) (u8.const 1))
(assert_return (invoke "look" (u32.const 74)) (u8.const 6))
(assert_return (invoke "look" (u32.const 75)) (u8.const 7))
(assert_return (invoke "look" (u32.const 76)) (u8.const 1))
(assert_return (invoke "look" (u32.const 77)) (u8.const 1))
(assert_return (invoke "look" (u32.const 80)) (u8.const 0))
(assert_return (invoke "look" (u32.const 87)) (u8.const 0x80))
(assert_return (invoke "look" (u32.const 88)) (u8.const 0xff))
(assert_return (invoke "look" (u32.const 66)) (u8.const 0xaa))
(assert_return (invoke "look" (u32.const 73)) (u8.const 0xaa))
(assert_return (invoke "look" (u32.const 89)) (u8.const 0xaa))
(assert_return (invoke "put" (list.const (tuple.const (u8.const 0) (u32.const 0) (option.none) (flags.const) (f64.const 0) (s8.const 0)))) (u8.const 0xaa))
(assert_return (invoke "look" (u32.const 72)) (u8.const 0))
;; the payload of none is not written
(assert_return (invoke "look" (u32.const 74)) (u8.const 6))
