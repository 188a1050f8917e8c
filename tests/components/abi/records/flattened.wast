;; flatten_record: fields one after the other, nested ones in place.

(component
  (core module $M
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "mix") (param i32 i64 f32 f64 i32 i32) (result f64)
      (f64.add (f64.convert_i32_u (local.get 0))
        (f64.add (f64.convert_i64_s (local.get 1))
          (f64.add (f64.promote_f32 (local.get 2))
            (f64.add (local.get 3) (f64.convert_i32_s (i32.add (local.get 4) (local.get 5))))))))
    (func (export "id") (param i32) (result i32) (local.get 0)))
  (core instance $m (instantiate $M))
  (type $inner' (record (field "x-y" f32) (field "z" f64)))
  (export $inner "inner" (type $inner'))
  (type $outer' (record (field "a" u8) (field "b" s64) (field "in" $inner) (field "t" (tuple bool s8))))
  (export $outer "outer" (type $outer'))
  (type $one' (record (field "only" u32)))
  (export $one "one" (type $one'))
  (func (export "mix") (param "a" $outer) (result f64) (canon lift (core func $m "mix")))
  (func (export "single") (param "a" $one) (result $one) (canon lift (core func $m "id"))))

(assert_return (invoke "mix" (record.const (field "a" u8.const 1) (field "b" s64.const -10)
  (field "in" record.const (field "x-y" f32.const 0.5) (field "z" f64.const 0.25))
  (field "t" tuple.const (bool.const true) (s8.const -2))))
  (f64.const -9.25))
(assert_return (invoke "single" (record.const (field "only" u32.const 4))) (record.const (field "only" u32.const 4)))
