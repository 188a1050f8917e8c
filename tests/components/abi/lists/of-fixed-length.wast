;; Lists of a fixed length flatten as often as they are long.

(component
  (core module $M
    (memory (export "mem") 1)
    (func (export "sum-4") (param i32 i32 i32 i32) (result i32)
      (i32.add (i32.mul (local.get 0) (i32.const 1000)) (i32.add (i32.mul (local.get 1) (i32.const 100))
        (i32.add (i32.mul (local.get 2) (i32.const 10)) (local.get 3)))))
    (data (i32.const 32) "\01\02\03\04")
    (func (export "four") (result i32) (i32.const 32)))
  (core instance $m (instantiate $M))
  (func (export "fixed") (param "a" (list u8 4)) (result u32) (canon lift (core func $m "sum-4")))
  (func (export "fixed-result") (result (list u8 4)) (canon lift (core func $m "four") (memory (core memory $m "mem")))))

(assert_return (invoke "fixed" (list.const (u8.const 1) (u8.const 2) (u8.const 3) (u8.const 4))) (u32.const 1234))
(assert_return (invoke "fixed-result") (list.const (u8.const 1) (u8.const 2) (u8.const 3) (u8.const 4)))
