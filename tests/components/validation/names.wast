;; Binary.md, Import and Export Definitions: names, and what their annotations ask for.

;; strongly unique, imports for themselves and exports for themselves
(component definition (import "a" (func $f)) (export "a" (func $f)))
(assert_invalid (component (import "a" (func)) (import "a" (func))) "import name `a` conflicts with previous name `a`")
(assert_invalid (component (import "a" (func)) (import "A" (func))) "import name `A` conflicts with previous name `a`")
(assert_invalid (component (import "f" (func)) (export "a" (func 0)) (export "A" (func 0))) "export name `A` conflicts with previous name `a`")
(assert_invalid (component (type (instance (export "a" (func)) (export "A" (func))))) "conflicts with previous name")
(assert_invalid (component (type (component (import "a" (func)) (import "A" (func))))) "conflicts with previous name")
(component definition (import "a" (func)) (import "a:b/a" (func)) (import "a:b/a@1.0.0" (func)))

;; labels and interface names
(component definition (import "a-b1-2" (func)) (import "ABC-d" (func)) (import "ns:pkg/name@1.2.3-rc.1+build.5" (func)))
(assert_invalid (component (import "a_b" (func))) "`a_b` is not in kebab case")
(assert_invalid (component (import "1a" (func))) "`1a` is not in kebab case")
(assert_invalid (component (import "" (func))) "not in kebab case")
(assert_invalid (component (import "ns:pkg" (func))) "expected `/` after package name")
(assert_invalid (component (import "NS:pkg/a" (func))) "not in kebab case")
(assert_invalid (component (import "ns:pkg/a@1.0" (func))) "unexpected end of input while parsing minor version number")
(assert_invalid (component (import "ns:pkg/a@01.0.0" (func))) "version number")
(assert_invalid (component (import "ns:pkg/a@1.0.0-01" (func))) "invalid leading zero in pre-release identifier")
(assert_invalid (component (import "ns:pkg/a@" (func))) "empty string, expected a semver version")

;; constructor
(component definition
  (import "r" (type $r (sub resource)))
  (import "[constructor]r" (func (param "a" u8) (result (own $r)))))
(component definition
  (import "r" (type $r (sub resource)))
  (import "[constructor]r" (func (result (result (own $r) (error string))))))
(assert_invalid
  (component (import "r" (type $r (sub resource))) (import "[constructor]r" (func)))
  "function should return one value")
(assert_invalid
  (component (import "r" (type $r (sub resource))) (import "[constructor]r" (func (result u8))))
  "function should return `(own $T)`")
(assert_invalid
  (component (import "r" (type $r (sub resource))) (import "[constructor]r" (func (result (result (error string))))))
  "function should return")
(assert_invalid
  (component (import "r" (type $r (sub resource))) (import "s" (type $s (sub resource)))
    (import "[constructor]r" (func (result (own $s)))))
  "does not match expected resource name")
(assert_invalid
  (component (import "[constructor]r" (func (result u8))))
  "function should return `(own $T)`")
(assert_invalid
  (component (import "r" (type $r (sub resource))) (import "[constructor]r" (instance)))
  "is not a func")

;; method
(component definition
  (import "r" (type $r (sub resource)))
  (import "[method]r.go" (func (param "self" (borrow $r)) (param "a" u8))))
(assert_invalid
  (component (import "r" (type $r (sub resource))) (import "[method]r.go" (func)))
  "function should have at least one argument")
(assert_invalid
  (component (import "r" (type $r (sub resource))) (import "[method]r.go" (func (param "this" (borrow $r)))))
  "function should have a first argument called `self`")
(assert_invalid
  (component (import "r" (type $r (sub resource))) (import "[method]r.go" (func (param "self" (own $r)))))
  "function should take a first argument of `(borrow $T)`")
(assert_invalid
  (component (import "r" (type $r (sub resource))) (import "s" (type $s (sub resource)))
    (import "[method]r.go" (func (param "self" (borrow $s)))))
  "does not match expected resource name")
(assert_invalid
  (component (import "r" (type $r (sub resource))) (import "[method]r" (func (param "self" (borrow $r)))))
  "failed to find `.` character")

;; static
(component definition (import "r" (type (sub resource))) (import "[static]r.make" (func (param "a" u8))))
(assert_invalid (component (import "[static]r.make" (func))) "static resource name is not known in this context")
(assert_invalid
  (component (type $r (resource (rep i32))) (core module $M (func (export "f"))) (core instance $m (instantiate $M))
    (func $f (canon lift (core func $m "f"))) (export "[static]r.make" (func $f)))
  "static resource name is not known in this context")
;; members of one resource do not conflict with plain names, but with each other
(component definition
  (import "r" (type $r (sub resource)))
  (import "go" (func))
  (import "[static]r.go" (func)))
(assert_invalid
  (component
    (import "r" (type $r (sub resource)))
    (import "[method]r.go" (func (param "self" (borrow $r))))
    (import "[static]r.go" (func)))
  "conflicts with previous name")
