;; lift_flat_variant: what a caller leaves in the upper half of a joined slot is not looked at.

(component definition $P
  (component $Callee
    (core module $M
      (func (export "f") (param i32 i64) (result i64) (local.get 1)))
    (core instance $m (instantiate $M))
    (type $wide' (variant (case "f" f32) (case "l" s64) (case "u" u8) (case "s" s8) (case "b" bool) (case "c" char)))
    (export $wide "wide" (type $wide'))
    (func (export "slot") (param "a" $wide) (result u64) (canon lift (core func $m "f"))))
  (instance $callee (instantiate $Callee))
  (core func $slot (canon lower (func $callee "slot")))
  (core module $Main
    (import "" "slot" (func $slot (param i32 i64) (result i64)))
    (func (export "call") (param i32 i64) (result i64) (call $slot (local.get 0) (local.get 1))))
  (core instance $main (instantiate $Main (with "" (instance (export "slot" (func $slot))))))
  (func (export "call") (param "tag" u32) (param "slot" u64) (result u64) (canon lift (core func $main "call"))))

(component instance $p $P)
(assert_return (invoke "call" (u32.const 0) (u64.const 0x123456783f800000)) (u64.const 0x3f800000))
(assert_return (invoke "call" (u32.const 1) (u64.const 0x123456783f800000)) (u64.const 0x123456783f800000))
(assert_return (invoke "call" (u32.const 2) (u64.const 0xffffffffffffff07)) (u64.const 7))
(assert_return (invoke "call" (u32.const 3) (u64.const 0x00000000000000ff)) (u64.const 0xffffffff))
(assert_return (invoke "call" (u32.const 4) (u64.const 0xff00000000)) (u64.const 0))
(assert_return (invoke "call" (u32.const 4) (u64.const 0x100)) (u64.const 1))
(assert_return (invoke "call" (u32.const 5) (u64.const 0xffffffff00000061)) (u64.const 97))
(assert_trap (invoke "call" (u32.const 5) (u64.const 0x00110000)) "invalid `char` bit pattern")
(component instance $p $P)
(assert_trap (invoke "call" (u32.const 6) (u64.const 0)) "invalid variant discriminant")
