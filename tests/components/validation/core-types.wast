;; Explainer.md, Core Type Definitions: those of core WebAssembly 3.0, which share an index space with types of modules.

(component definition
  (core type $a (sub (struct (field i32))))
  (core type $b (sub $a (struct (field i32) (field (mut i64)))))
  (core type (sub final $b (struct (field i32) (field (mut i64)) (field f32)))))
(assert_invalid
  (component
    (core type $a (sub (struct (field i32))))
    (core type (sub $a (struct (field i64)))))
  "sub type must match super type")
(assert_invalid
  (component
    (core type $a (sub (struct (field i32) (field i32))))
    (core type (sub $a (struct (field i32)))))
  "sub type must match super type")
(assert_invalid
  (component
    (core type $a (sub (struct (field i32))))
    (core type (sub $a (func))))
  "sub type must match super type")
(assert_invalid
  (component
    (core type $a (struct (field i32)))
    (core type (sub $a (struct (field i32)))))
  "sub type cannot have a final super type")
(assert_invalid
  (component (core type (module
    (type $a (sub (struct (field i32))))
    (type (sub $a (struct (field i64)))))))
  "sub type must match super type")
(assert_invalid
  (component (core type (sub 0 (func))))
  "unknown type 0: type index out of bounds")

;; fields that change are the same; others may be below
(component definition
  (core type $a (sub (struct (field (ref null any)) (field i8))))
  (core type (sub $a (struct (field (ref eq)) (field i8)))))
(assert_invalid
  (component
    (core type $a (sub (struct (field (mut (ref null any))))))
    (core type (sub $a (struct (field (mut (ref null eq)))))))
  "sub type must match super type")
(assert_invalid
  (component
    (core type $a (sub (struct (field (mut i32)))))
    (core type (sub $a (struct (field i32)))))
  "sub type must match super type")
(assert_invalid
  (component
    (core type $a (sub (struct (field (ref any)))))
    (core type (sub $a (struct (field (ref null any))))))
  "sub type must match super type")
(assert_invalid
  (component
    (core type $a (sub (struct (field i8))))
    (core type (sub $a (struct (field i16)))))
  "sub type must match super type")
(component definition
  (core type $a (sub (array (ref null eq))))
  (core type (sub $a (array (ref null i31)))))
(assert_invalid
  (component
    (core type $a (sub (array (ref null i31))))
    (core type (sub $a (array (ref null eq)))))
  "sub type must match super type")

;; functions: parameters the other way round
(component definition
  (core type $a (sub (func (param (ref null eq)) (result (ref null eq)))))
  (core type (sub $a (func (param (ref null any)) (result (ref null none))))))
(assert_invalid
  (component
    (core type $a (sub (func (param (ref null any)))))
    (core type (sub $a (func (param (ref null eq))))))
  "sub type must match super type")
(assert_invalid
  (component
    (core type $a (sub (func)))
    (core type (sub $a (func (result i32)))))
  "sub type must match super type")
(assert_invalid
  (component
    (core type $a (sub (func (param externref))))
    (core type (sub $a (func (param anyref)))))
  "sub type must match super type")

;; defined types stand for themselves, for what they are below, and for what their kind is below
(component definition
  (core type $s (sub (struct)))
  (core type $t (sub $s (struct)))
  (core type $f (func))
  (core type $a (sub (struct (field (ref null $s)) (field (ref null eq)) (field funcref) (field (ref null $s)))))
  (core type (sub $a (struct (field (ref null $t)) (field (ref null $t)) (field (ref null $f)) (field (ref null none))))))
(assert_invalid
  (component
    (core type $s (sub (struct)))
    (core type $t (sub $s (struct)))
    (core type $a (sub (struct (field (ref null $t)))))
    (core type (sub $a (struct (field (ref null $s))))))
  "sub type must match super type")
(assert_invalid
  (component
    (core type $f (func))
    (core type $a (sub (struct (field (ref null $f)))))
    (core type (sub $a (struct (field (ref null none))))))
  "sub type must match super type")
;; in one group too, where what stands behind may be named
(component definition
  (core rec
    (type $a (sub (struct (field (ref null $a)))))
    (type $b (sub $a (struct (field (ref null $b)))))))
(assert_invalid
  (component
    (core rec
      (type $a (sub (struct (field (ref null $a)))))
      (type $b (sub $a (struct (field (ref null $c)))))
      (type $c (struct))))
  "sub type must match super type")

;; types of modules have indices between those of others, and aliases have indices of their own
(component definition
  (core type $m (module))
  (core type $f (sub (func)))
  (core type $g (sub $f (func)))
  (core type (func (param (ref null $g)))))
(assert_invalid
  (component
    (core type $m (module))
    (core type (func (param (ref null $m)))))
  "type index 0 is a module type, not a sub type")
(component definition
  (core type $pad (struct))
  (core type $f (sub (func)))
  (component
    (alias outer 1 $f (core type $x))
    (core type (sub $x (func)))))
(assert_invalid
  (component
    (core type $pad (sub (func)))
    (core type $f (sub (func (param i32))))
    (component
      (alias outer 1 $f (core type $x))
      (core type (sub $x (func)))))
  "sub type must match super type")

;; what a module type aliases is the same type there, whatever its own indices are
(component definition
  (core type $pad (struct))
  (core type $f (func))
  (core type $g (func (param (ref null $f))))
  (core type $m (module
    (alias outer 1 $g (type $g))
    (import "" "f" (func (type $g)))))
  (core module $A (type $f (func)) (type $g (func (param (ref null $f)))) (func (export "f") (type $g)))
  (component $C
    (import "m" (core module $m (type $m)))
    (core module $A (type $f (func)) (type $g (func (param (ref null $f)))) (func (export "f") (type $g)))
    (core instance $a (instantiate $A))
    (core instance (instantiate $m (with "" (instance $a))))))
