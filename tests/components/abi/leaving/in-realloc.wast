;; An adapter that traps in a realloc that the host called: the words of the trap are the adapter's.

(component
  (component $Other
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func (export "f") (canon lift (core func $m "f"))))
  (instance $other (instantiate $Other))
  (core func $f (canon lower (func $other "f")))
  (core module $Main
    (import "" "f" (func $f))
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (call $f) (i32.const 64))
    (func (export "take") (param i32 i32)))
  (core instance $main (instantiate $Main (with "" (instance (export "f" (func $f))))))
  (func (export "take") (param "a" string)
    (canon lift (core func $main "take") (memory (core memory $main "mem")) (realloc (core func $main "realloc")))))
(assert_trap (invoke "take" (str.const "a")) "cannot leave component instance")
