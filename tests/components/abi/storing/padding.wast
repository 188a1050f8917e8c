;; store_record between components: fields are stored, and nothing else. What lies between them stays the callee's.

(component
  (component $Inner
    (core module $M
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (memory.fill (i32.const 1024) (i32.const 0xee) (local.get 3))
        (i32.const 1024))
      (func (export "words") (param i32 i32) (result i32)
        (i32.store (i32.const 16) (local.get 0))
        (i32.store (i32.const 20) (i32.mul (local.get 1) (i32.const 10)))
        (i32.const 16)))
    (core instance $m (instantiate $M))
    (type $item' (record
      (field "a" u8) (field "b" u16) (field "c" u32) (field "d" u8) (field "e" bool)
      (field "f" u64) (field "g" u64) (field "h" f32)))
    (export $item "item" (type $item'))
    (func (export "words") (param "a" (list $item)) (result (list u32))
      (canon lift (core func $m "words") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
  (instance $inner (instantiate $Inner))
  (core module $Memory
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 512))
    ;; two items; what is between the fields is 0x55, and true is 2
    (data (i32.const 64)
      "\01\55\02\03\04\05\06\07\08\02\55\55\55\55\55\55"
      "\11\12\13\14\15\16\17\18\21\22\23\24\25\26\27\28\31\32\33\34\55\55\55\55"
      "\01\55\02\03\04\05\06\07\08\00\55\55\55\55\55\55"
      "\11\12\13\14\15\16\17\18\21\22\23\24\25\26\27\28\31\32\33\34\55\55\55\55"))
  (core instance $memory (instantiate $Memory))
  (core func $words (canon lower (func $inner "words") (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
  (core module $Main
    (import "" "words" (func $words (param i32 i32 i32)))
    (func (export "run") (result i32) (call $words (i32.const 64) (i32.const 2) (i32.const 8)) (i32.const 8)))
  (core instance $main (instantiate $Main (with "" (instance (export "words" (func $words))))))
  (func (export "run") (result (list u32))
    (canon lift (core func $main "run") (memory (core memory $memory "mem")) (realloc (core func $memory "realloc")))))

(assert_return (invoke "run") (list.const
  (u32.const 0x0302ee01) (u32.const 0x07060504) (u32.const 0xeeee0108) (u32.const 0xeeeeeeee)
  (u32.const 0x14131211) (u32.const 0x18171615) (u32.const 0x24232221) (u32.const 0x28272625)
  (u32.const 0x34333231) (u32.const 0xeeeeeeee)
  (u32.const 0x0302ee01) (u32.const 0x07060504) (u32.const 0xeeee0008) (u32.const 0xeeeeeeee)
  (u32.const 0x14131211) (u32.const 0x18171615) (u32.const 0x24232221) (u32.const 0x28272625)
  (u32.const 0x34333231) (u32.const 0xeeeeeeee)))
