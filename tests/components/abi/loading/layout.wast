;; Loading: alignment and padding of records, variants, flags and discriminants in memory.

(component
  (core module $M
    (memory (export "mem") 1)
    ;; u8 · u16 · u8 · u32 · u8 · u64 at 0 2 4 8 12 16
    (data (i32.const 64) "\01\aa\02\00\03\aa\aa\aa\04\00\00\00\05\aa\aa\aa\06\00\00\00\00\00\00\00")
    ;; a bool that is neither 0 nor 1 · one that is 0
    (data (i32.const 96) "\80\00")
    ;; a variant of an u64 and nothing: discriminant, seven bytes, payload
    (data (i32.const 104) "\00\aa\aa\aa\aa\aa\aa\aa\ff\00\00\00\00\00\00\80")
    ;; an option in a tuple: u8, then option<u16> at 2 with its payload at 4
    (data (i32.const 128) "\07\aa\01\aa\34\12")
    ;; NaNs that signal, f32 and f64
    (data (i32.const 144) "\01\00\a0\7f\00\00\00\00\01\00\00\00\00\00\f0\7f")
    (func (export "at") (param i32) (result i32) (local.get 0)))
  (core instance $m (instantiate $M))
  (type $wide' (variant (case "number" u64) (case "nothing")))
  (export $wide "wide" (type $wide'))
  (func (export "mixed") (param "at" u32) (result (tuple u8 u16 u8 u32 u8 u64)) (canon lift (core func $m "at") (memory (core memory $m "mem"))))
  (func (export "nested") (param "at" u32) (result (tuple (tuple u8 u16) (tuple u8 u32) u8 u64)) (canon lift (core func $m "at") (memory (core memory $m "mem"))))
  (func (export "bools") (param "at" u32) (result (tuple bool bool)) (canon lift (core func $m "at") (memory (core memory $m "mem"))))
  (func (export "wide-value") (param "at" u32) (result $wide) (canon lift (core func $m "at") (memory (core memory $m "mem"))))
  (func (export "option") (param "at" u32) (result (tuple u8 (option u16))) (canon lift (core func $m "at") (memory (core memory $m "mem"))))
  (func (export "nan") (param "at" u32) (result (tuple f32 f64)) (canon lift (core func $m "at") (memory (core memory $m "mem")))))

(assert_return (invoke "mixed" (u32.const 64))
  (tuple.const (u8.const 1) (u16.const 2) (u8.const 3) (u32.const 4) (u8.const 5) (u64.const 6)))
(assert_return (invoke "nested" (u32.const 64))
  (tuple.const (tuple.const (u8.const 1) (u16.const 2)) (tuple.const (u8.const 3) (u32.const 4)) (u8.const 5) (u64.const 6)))
(assert_return (invoke "bools" (u32.const 96)) (tuple.const (bool.const true) (bool.const false)))
(assert_return (invoke "wide-value" (u32.const 104)) (variant.const "number" (u64.const 0x80000000000000ff)))
(assert_return (invoke "option" (u32.const 128)) (tuple.const (u8.const 7) (option.some (u16.const 0x1234))))
(assert_return (invoke "nan" (u32.const 144)) (tuple.const (f32.const nan) (f64.const nan)))
