;; A built-in that traps in a function that another component called: the words of the trap are the built-in's.

(component
  (component $Callee
    (type $r (resource (rep i32)))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "" "drop" (func $drop (param i32)))
      (func (export "f") (call $drop (i32.const 1))))
    (core instance $m (instantiate $M (with "" (instance (export "drop" (func $drop))))))
    (func (export "f") (canon lift (core func $m "f"))))
  (instance $callee (instantiate $Callee))
  (core func $f (canon lower (func $callee "f")))
  (core module $Main
    (import "" "f" (func $f))
    (func (export "f") (call $f)))
  (core instance $main (instantiate $Main (with "" (instance (export "f" (func $f))))))
  (func (export "f") (canon lift (core func $main "f"))))
(assert_trap (invoke "f") "unknown handle index 1")
