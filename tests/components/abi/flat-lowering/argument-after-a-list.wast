;; Each argument is what was given for it, whatever stands before it.

(component
  (core module $M
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "last") (param i32 i32 i32) (result i32) (local.get 2)))
  (core instance $m (instantiate $M))
  (type $bits' (flags "one" "two"))
  (export $bits "bits" (type $bits'))
  (func (export "number") (param "a" (list string)) (param "b" u32) (result u32)
    (canon lift (core func $m "last") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
  ;; of an array that stands in the place of the flags none is set, and nobody notices
  (func (export "flags") (param "a" (list string)) (param "b" $bits) (result u32)
    (canon lift (core func $m "last") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))

(assert_return (invoke "number" (list.const) (u32.const 7)) (u32.const 7))
(assert_return (invoke "flags" (list.const) (flags.const "one" "two")) (u32.const 3))
