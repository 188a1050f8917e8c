;; An adapter that traps while a core module starts: the words of the trap are the adapter's.

(assert_trap
  (component
    (component $Inner
      (core module $M (func (export "f") (result i32) (i32.const 0x110000)))
      (core instance $m (instantiate $M))
      (func (export "f") (result char) (canon lift (core func $m "f"))))
    (instance $inner (instantiate $Inner))
    (core func $f (canon lower (func $inner "f")))
    (core module $M (import "" "f" (func $f (result i32))) (func $start (drop (call $f))) (start $start))
    (core instance (instantiate $M (with "" (instance (export "f" (func $f)))))))
  "invalid `char` bit pattern")
