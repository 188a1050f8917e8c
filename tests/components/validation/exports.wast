;; Binary.md: types of exports name only resources that were exported or imported, and an ascription is a supertype.

(component definition
  (type $r' (resource (rep i32)))
  (export $r "r" (type $r'))
  (core module $M (func (export "f") (param i32)))
  (core instance $m (instantiate $M))
  (func $f (param "a" (own $r)) (canon lift (core func $m "f")))
  (export "f" (func $f)))
(assert_invalid
  (component
    (type $r (resource (rep i32)))
    (core module $M (func (export "f") (param i32)))
    (core instance $m (instantiate $M))
    (func $f (param "a" (own $r)) (canon lift (core func $m "f")))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (type $t (record (field "a" u8)))
    (core module $M (func (export "f") (param i32)))
    (core instance $m (instantiate $M))
    (func $f (param "a" $t) (canon lift (core func $m "f")))
    (export "f" (func $f)))
  "func not valid to be used as export")
;; what has no name may stand in it as it is
(component definition
  (type $t (option (tuple u8 u8)))
  (core module $M (func (export "f") (param i32 i32 i32)))
  (core instance $m (instantiate $M))
  (func $f (param "a" $t) (canon lift (core func $m "f")))
  (export "f" (func $f)))
(assert_invalid
  (component
    (type $t (flags "a"))
    (import "f" (func (param "a" $t))))
  "func not valid to be used as import")

;; an ascribed type is one above
(component definition
  (import "i" (instance $i (export "f" (func)) (export "g" (func))))
  (export "i" (instance $i) (instance (export "f" (func)))))
(assert_invalid
  (component
    (import "i" (instance $i (export "f" (func))))
    (export "i" (instance $i) (instance (export "f" (func)) (export "g" (func)))))
  "ascribed type of export is not compatible")
(assert_invalid
  (component (import "f" (func $f)) (export "f" (func $f) (func (param "a" u8))))
  "ascribed type of export is not compatible")
;; a resource may become abstract; a type may not become another
(component definition
  (type $r (resource (rep i32)))
  (export "r" (type $r) (type (sub resource))))
(assert_invalid
  (component (type $t u8) (export "t" (type $t) (type (sub resource))))
  "ascribed type of export is not compatible")
;; so may those of an instance (Explainer.md, Type Definitions: `sub` in place of `eq`): from outside they are unequal then
(component definition
  (component $C
    (type $r (resource (rep i32)))
    (instance $i (export "r" (type $r)) (export "s" (type $r)))
    (export "i" (instance $i) (instance (export "r" (type (sub resource))) (export "s" (type (sub resource))))))
  (instance $c (instantiate $C))
  (alias export $c "i" (instance $i))
  (alias export $i "r" (type $r))
  (component $sub (import "a" (type (sub resource))))
  (instance (instantiate $sub (with "a" (type $r)))))
(assert_invalid
  (component
    (component $C
      (type $r (resource (rep i32)))
      (instance $i (export "r" (type $r)) (export "s" (type $r)))
      (export "i" (instance $i) (instance (export "r" (type (sub resource))) (export "s" (type (sub resource))))))
    (instance $c (instantiate $C))
    (alias export $c "i" (instance $i))
    (alias export $i "r" (type $r))
    (alias export $i "s" (type $s))
    (component $eq (import "a" (type $a (sub resource))) (import "b" (type (eq $a))))
    (instance (instantiate $eq (with "a" (type $r)) (with "b" (type $s)))))
  "resource types are not the same")
;; where the ascribed type says that both are one, they are
(component definition
  (component $C
    (type $r (resource (rep i32)))
    (instance $i (export "r" (type $r)) (export "s" (type $r)))
    (export "i" (instance $i) (instance (export "r" (type $r (sub resource))) (export "s" (type (eq $r))))))
  (instance $c (instantiate $C))
  (alias export $c "i" (instance $i))
  (alias export $i "r" (type $r))
  (alias export $i "s" (type $s))
  (component $eq (import "a" (type $a (sub resource))) (import "b" (type (eq $a))))
  (instance (instantiate $eq (with "a" (type $r)) (with "b" (type $s)))))
(assert_invalid
  (component
    (type $r (resource (rep i32)))
    (type $s (resource (rep i32)))
    (instance $i (export "r" (type $r)) (export "s" (type $s)))
    (export "i" (instance $i) (instance (export "r" (type $a (sub resource))) (export "s" (type (eq $a))))))
  "ascribed type of export is not compatible")
(assert_invalid
  (component
    (type $t u8)
    (instance $i (export "r" (type $t)))
    (export "i" (instance $i) (instance (export "r" (type (sub resource))))))
  "ascribed type of export is not compatible")
;; an export is another index: it can be used as what it is an export of
(component definition (import "f" (func $f)) (export $g "g" (func $f)) (export "h" (func $g)))
;; components are not exported in parts: what an export aliases belongs to this component
(component definition
  (component $C (import "f" (func $f)) (export "f" (func $f)))
  (export "c" (component $C)))
