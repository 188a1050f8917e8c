;; Binary.md, Instance Definitions: every import is given, under its name, with a type that fits.

(component definition
  (core module $M (import "a" "f" (func (param i32))) (import "a" "g" (global (mut i32))))
  (core module $N (func (export "f") (param i32)) (global (export "g") (mut i32) (i32.const 0)))
  (core instance $n (instantiate $N))
  (core instance (instantiate $M (with "a" (instance $n)))))
(assert_invalid
  (component
    (core module $M (import "a" "f" (func (param i32))))
    (core instance (instantiate $M)))
  "missing module instantiation argument")
(assert_invalid
  (component
    (core module $M (import "a" "f" (func (param i32))))
    (core module $N)
    (core instance $n (instantiate $N))
    (core instance (instantiate $M (with "a" (instance $n)))))
  "does not export an item named `f`")
(assert_invalid
  (component
    (core module $M (import "a" "f" (func (param i32))))
    (core module $N (func (export "f") (param i64)))
    (core instance $n (instantiate $N))
    (core instance (instantiate $M (with "a" (instance $n)))))
  "type mismatch")
(assert_invalid
  (component
    (core module $M (import "a" "g" (global (mut i32))))
    (core module $N (global (export "g") i32 (i32.const 0)))
    (core instance $n (instantiate $N))
    (core instance (instantiate $M (with "a" (instance $n)))))
  "mutability")
(assert_invalid
  (component
    (core module $M (import "a" "g" (memory 2)))
    (core module $N (memory (export "g") 1))
    (core instance $n (instantiate $N))
    (core instance (instantiate $M (with "a" (instance $n)))))
  "memory")
(assert_invalid
  (component
    (core module $M (import "a" "t" (table 1 funcref)))
    (core module $N (table (export "t") 1 externref))
    (core instance $n (instantiate $N))
    (core instance (instantiate $M (with "a" (instance $n)))))
  "table")
(assert_invalid
  (component
    (core module $M (import "a" "f" (func)))
    (core module $N (func (export "f")))
    (core instance $n (instantiate $N))
    (core instance (instantiate $M (with "a" (instance $n)) (with "a" (instance $n)))))
  "duplicate")

;; more than is asked for is no mistake; less is
(component definition
  (component $C (import "f" (func)))
  (import "f" (func $f))
  (import "g" (func $g))
  (instance (instantiate $C (with "f" (func $f)) (with "g" (func $g)))))
(assert_invalid
  (component
    (component $C (import "f" (func)))
    (instance (instantiate $C)))
  "missing import named `f`")
(assert_invalid
  (component
    (component $C (import "f" (func)))
    (import "f" (func $f (param "a" u32)))
    (instance (instantiate $C (with "f" (func $f)))))
  "expected 0 parameters, found 1")
(assert_invalid
  (component
    (component $C (import "f" (func (param "a" u32))))
    (import "f" (func $f (param "b" u32)))
    (instance (instantiate $C (with "f" (func $f)))))
  "expected parameter named `a`, found `b`")
(assert_invalid
  (component
    (component $C (import "f" (func (result u32))))
    (import "f" (func $f (result u64)))
    (instance (instantiate $C (with "f" (func $f)))))
  "expected primitive `u32` found primitive `u64`")
(assert_invalid
  (component
    (component $C (import "f" (func)))
    (import "f" (instance $i))
    (instance (instantiate $C (with "f" (instance $i)))))
  "expected func, found instance")

;; an instance may export more than is asked for, and not less
(component definition
  (component $C (import "i" (instance (export "f" (func)))))
  (import "i" (instance $i (export "f" (func)) (export "g" (func))))
  (instance (instantiate $C (with "i" (instance $i)))))
(assert_invalid
  (component
    (component $C (import "i" (instance (export "f" (func)) (export "g" (func)))))
    (import "i" (instance $i (export "f" (func))))
    (instance (instantiate $C (with "i" (instance $i)))))
  "missing expected export `g`")

;; a type that is imported is from then on the one that was given
(component definition
  (component $C
    (import "r" (type $r (sub resource)))
    (import "f" (func (param "r" (own $r)))))
  (import "x" (type $x (sub resource)))
  (import "f" (func $f (param "r" (own $x))))
  (instance (instantiate $C (with "r" (type $x)) (with "f" (func $f)))))
(assert_invalid
  (component
    (component $C
      (import "r" (type $r (sub resource)))
      (import "f" (func (param "r" (own $r)))))
    (import "x" (type $x (sub resource)))
    (import "y" (type $y (sub resource)))
    (import "f" (func $f (param "r" (own $y))))
    (instance (instantiate $C (with "r" (type $x)) (with "f" (func $f)))))
  "resource types are not the same")
(assert_invalid
  (component
    (component $C (import "r" (type (sub resource))))
    (type $x u32)
    (instance (instantiate $C (with "r" (type $x)))))
  "expected resource, found defined type")

;; types are equal if each may stand for the other: nothing more, and resources one for one
(assert_invalid
  (component
    (type $a (instance (export "r" (type $r (sub resource))) (export "s" (type (eq $r)))))
    (type $b (instance (export "r" (type (sub resource))) (export "s" (type (sub resource)))))
    (component $C (alias outer 1 $a (type $x)) (import "x" (type (eq $x))))
    (instance (instantiate $C (with "x" (type $b)))))
  "resource types are not the same")
(assert_invalid
  (component
    (type $a (instance (export "t" (type (sub resource)))))
    (type $b (instance (type $u u8) (export "t" (type (eq $u)))))
    (component $C (alias outer 1 $a (type $x)) (import "x" (type (eq $x))))
    (instance (instantiate $C (with "x" (type $b)))))
  "found defined type")
(component definition
  (type $a (component (import "r" (type $r (sub resource))) (export "s" (type $s (sub resource))) (export "f" (func (param "a" (own $r)) (result (own $s))))))
  (type $b (component (import "r" (type $r (sub resource))) (export "s" (type $s (sub resource))) (export "f" (func (param "a" (own $r)) (result (own $s))))))
  (component $C (alias outer 1 $a (type $x)) (import "x" (type (eq $x))))
  (instance (instantiate $C (with "x" (type $b)))))
