;; WebAssembly 3.0, 3.3.11 Global Types: a global that does not change may be of a type below what is imported.

(component definition
  (core module $A (func $f) (elem declare func $f) (global (export "g") (ref func) (ref.func $f)))
  (core module $B (import "a" "g" (global funcref)))
  (core instance $a (instantiate $A))
  (core instance (instantiate $B (with "a" (instance $a)))))
(component definition
  (core module $A (type $t (func)) (func $f (type $t)) (elem declare func $f) (global (export "g") (ref $t) (ref.func $f)))
  (core module $B (import "a" "g" (global (ref func))))
  (core instance $a (instantiate $A))
  (core instance (instantiate $B (with "a" (instance $a)))))
(assert_invalid
  (component
    (core module $A (global (export "g") funcref (ref.null func)))
    (core module $B (import "a" "g" (global (ref func))))
    (core instance $a (instantiate $A))
    (core instance (instantiate $B (with "a" (instance $a)))))
  "expected global type (ref func), found funcref")
(assert_invalid
  (component
    (core module $A (global (export "g") externref (ref.null extern)))
    (core module $B (import "a" "g" (global funcref)))
    (core instance $a (instantiate $A))
    (core instance (instantiate $B (with "a" (instance $a)))))
  "expected global type funcref, found externref")
