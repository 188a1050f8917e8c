;; WebAssembly 3.0, 3.3 Matching: what a core module is given may be below what it imports.

(component definition
  (core module $A (type $t (sub (func))) (type $u (sub $t (func))) (func (export "f") (type $u)))
  (core module $B (type $t (sub (func))) (import "a" "f" (func (type $t))))
  (core instance $a (instantiate $A))
  (core instance (instantiate $B (with "a" (instance $a)))))
(assert_invalid
  (component
    (core module $A (type $t (sub (func))) (func (export "f") (type $t)))
    (core module $B (type $t (sub (func))) (type $u (sub $t (func))) (import "a" "f" (func (type $u))))
    (core instance $a (instantiate $A))
    (core instance (instantiate $B (with "a" (instance $a)))))
  "expected: (sub … (func)), found: (sub (func))")
(assert_invalid
  (component
    (core module $A (func (export "f")))
    (core module $B (type $t (sub (func))) (import "a" "f" (func (type $t))))
    (core instance $a (instantiate $A))
    (core instance (instantiate $B (with "a" (instance $a)))))
  "expected: (sub (func)), found: (func)")
;; a lowered function is of a type that is final
(assert_invalid
  (component
    (import "f" (func $f))
    (core func $f (canon lower (func $f)))
    (core module $B (type $t (sub (func))) (import "a" "f" (func (type $t))))
    (core instance (instantiate $B (with "a" (instance (export "f" (func $f)))))))
  "expected: (sub (func)), found: (func)")
;; of one text, and not the same
(assert_invalid
  (component
    (core module $A (rec (type $t (func)) (type (struct))) (func (export "f") (type $t)))
    (core module $B (import "a" "f" (func)))
    (core instance $a (instantiate $A))
    (core instance (instantiate $B (with "a" (instance $a)))))
  "expected: (func), found: another (func)")

;; tables, tags and globals that change are the same
(assert_invalid
  (component
    (core module $A (func $f) (elem declare func $f) (table (export "t") 1 (ref func) (ref.func $f)))
    (core module $B (import "a" "t" (table 1 funcref)))
    (core instance $a (instantiate $A))
    (core instance (instantiate $B (with "a" (instance $a)))))
  "expected table element type funcref, found (ref func)")
(assert_invalid
  (component
    (core module $A (type $t (sub (func))) (type $u (sub $t (func))) (tag (export "t") (type $u)))
    (core module $B (type $t (sub (func))) (import "a" "t" (tag (type $t))))
    (core instance $a (instantiate $A))
    (core instance (instantiate $B (with "a" (instance $a)))))
  "expected: (sub (func)), found: (sub … (func))")
(assert_invalid
  (component
    (core module $A (func $f) (elem declare func $f) (global (export "g") (mut (ref func)) (ref.func $f)))
    (core module $B (import "a" "g" (global (mut funcref))))
    (core instance $a (instantiate $A))
    (core instance (instantiate $B (with "a" (instance $a)))))
  "expected global type funcref, found (ref func)")

;; what is lifted has the very type that its signature stands for, which is final
(component definition
  (core module $A (type $t (func)) (func (export "f") (type $t)))
  (core instance $a (instantiate $A))
  (func (export "f") (canon lift (core func $a "f"))))
(assert_invalid
  (component
    (core module $A (type $t (sub (func))) (func (export "f") (type $t)))
    (core instance $a (instantiate $A))
    (func (export "f") (canon lift (core func $a "f"))))
  "lowered function type")
(assert_invalid
  (component
    (core module $A (rec (type $t (func)) (type (struct))) (func (export "f") (type $t)))
    (core instance $a (instantiate $A))
    (func (export "f") (canon lift (core func $a "f"))))
  "lowered function type")
