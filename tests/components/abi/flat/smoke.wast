(component
  (core module $M (func (export "f") (param i32) (result i32) local.get 0))
  (core instance $m (instantiate $M))
  (func (export "f") (param "a" u32) (result u32) (canon lift (core func $m "f")))
)
(assert_return (invoke "f" (u32.const 1)) (u32.const 1))
(assert_invalid (component (type (flags))) "flags")
