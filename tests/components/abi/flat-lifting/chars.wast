;; convert_i32_to_char: surrogates and what lies beyond U+10FFFF trap; their neighbours do not.

(component definition $C
  (core module $M (func (export "id") (param i32) (result i32) local.get 0))
  (core instance $m (instantiate $M))
  (func (export "char") (param "a" u32) (result char) (canon lift (core func $m "id"))))

(component instance $c $C)
(assert_return (invoke "char" (u32.const 0)) (char.const "\u{0}"))
(assert_return (invoke "char" (u32.const 0xd7ff)) (char.const "\u{d7ff}"))
(assert_return (invoke "char" (u32.const 0xe000)) (char.const "\u{e000}"))
(assert_return (invoke "char" (u32.const 0xffff)) (char.const "\u{ffff}"))
(assert_return (invoke "char" (u32.const 0x10000)) (char.const "\u{10000}"))
(assert_return (invoke "char" (u32.const 0x10ffff)) (char.const "\u{10ffff}"))
(assert_trap (invoke "char" (u32.const 0xd800)) "invalid `char` bit pattern")
(component instance $c $C)
(assert_trap (invoke "char" (u32.const 0xdfff)) "invalid `char` bit pattern")
(component instance $c $C)
(assert_trap (invoke "char" (u32.const 0x110000)) "invalid `char` bit pattern")
(component instance $c $C)
(assert_trap (invoke "char" (u32.const 0xffffffff)) "invalid `char` bit pattern")
;; a trap ends the instance
(assert_trap (invoke "char" (u32.const 0)) "cannot enter component instance")
