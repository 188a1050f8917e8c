;; Binary.md, Type Definitions, note by note.

;; valtype: an index is that of a value type
(component definition (type u8) (type (list 0)))
(assert_invalid (component (type (func)) (type (list 0))) "type index 0 is not a defined type")
(assert_invalid (component (type (instance)) (type (option 0))) "type index 0 is not a defined type")
(assert_invalid (component (import "r" (type (sub resource))) (type (list 0))) "type index 0 is not a defined type")

;; own and borrow: that of a resource
(component definition (import "r" (type (sub resource))) (type (own 0)) (type (borrow 0)))
(assert_invalid (component (type u8) (type (own 0))) "type index 0 is not a resource type")
(assert_invalid (component (type u8) (type (borrow 0))) "type index 0 is not a resource type")

;; functype: no borrow in a result, however deep
(component definition
  (import "r" (type (sub resource)))
  (type (func (param "a" (list (borrow 0))) (result (own 0)))))
(assert_invalid
  (component (import "r" (type (sub resource))) (type (func (result (borrow 0)))))
  "function result cannot contain a `borrow` type")
(assert_invalid
  (component (import "r" (type (sub resource))) (type (func (result (list (option (tuple u8 (borrow 0))))))))
  "function result cannot contain a `borrow` type")

;; resourcetype: represented by i32, destroyed by a function of one i32
(component definition
  (core module $M (func (export "f") (param i32)))
  (core instance $m (instantiate $M))
  (type (resource (rep i32) (dtor (core func $m "f")))))
(assert_invalid
  (component
    (core module $M (func (export "f") (param i64)))
    (core instance $m (instantiate $M))
    (type (resource (rep i32) (dtor (core func $m "f")))))
  "wrong signature for a destructor")
(assert_invalid
  (component
    (core module $M (func (export "f") (param i32) (result i32) unreachable))
    (core instance $m (instantiate $M))
    (type (resource (rep i32) (dtor (core func $m "f")))))
  "wrong signature for a destructor")
(assert_invalid (component (type (resource (rep i64)))) "i32")
(assert_invalid (component (type (resource (rep f32)))) "i32")
;; none in the types of components and instances
(component definition (type (component (import "r" (type (sub resource))))))
(assert_invalid (component (type (component (type (resource (rep i32)))))) "resources can only be defined within a concrete component")
(assert_invalid (component (type (instance (type (resource (rep i32)))))) "resources can only be defined within a concrete component")

;; a component type begins with no types
(assert_invalid (component (type u8) (type (component (import "f" (func (param "a" 0)))))) "type index out of bounds")
(assert_invalid (component (type u8) (type (instance (export "f" (func (param "a" 0)))))) "type index out of bounds")
(component definition (type u8) (type (instance (type u8) (export "f" (func (param "a" 0))))))

;; exportdecl: `eq` is the same type, `sub resource` another one each time
(component definition
  (type (component
    (import "r" (type $r (sub resource)))
    (import "same" (type $s (eq $r)))
    (import "f" (func (param "a" (own $r)) (param "b" (own $s)))))))

;; labels are strongly unique
(component definition (type (record (field "a" u8) (field "b" u8))))
(assert_invalid (component (type (record (field "a" u8) (field "a" u8)))) "record field name `a` conflicts with previous field name `a`")
(assert_invalid (component (type (record (field "a" u8) (field "A" u8)))) "conflicts with previous field name")
(assert_invalid (component (type (variant (case "x") (case "X")))) "variant case name `X` conflicts with previous case name `x`")
(assert_invalid (component (type (flags "a-b" "A-B"))) "flag name `A-B` conflicts with previous flag name `a-b`")
(assert_invalid (component (type (enum "q" "q"))) "enum tag name `q` conflicts with previous tag name `q`")
(assert_invalid (component (type (func (param "a" u8) (param "a" u8)))) "function parameter name `a` conflicts with previous parameter name `a`")
;; and in kebab case
(component definition (type (record (field "a-1" u8) (field "URL-b2" u8))))
(assert_invalid (component (type (record (field "a_b" u8)))) "not in kebab case")
(assert_invalid (component (type (enum "aB"))) "not in kebab case")
(assert_invalid (component (type (flags "a--b"))) "not in kebab case")
(assert_invalid (component (type (func (param "" u8)))) "name cannot be empty")

;; nothing is empty, and flags have a bound
(assert_invalid (component (type (record))) "record type must have at least one field")
(assert_invalid (component (type (variant))) "variant type must have at least one case")
(assert_invalid (component (type (tuple))) "tuple type must have at least one type")
(assert_invalid (component (type (enum))) "enum type must have at least one variant")
(assert_invalid (component (type (flags))) "flags must have at least one entry")
(component definition (type (flags
  "a0" "a1" "a2" "a3" "a4" "a5" "a6" "a7" "a8" "a9" "a10" "a11" "a12" "a13" "a14" "a15"
  "a16" "a17" "a18" "a19" "a20" "a21" "a22" "a23" "a24" "a25" "a26" "a27" "a28" "a29" "a30" "a31")))
(assert_invalid (component (type (flags
  "a0" "a1" "a2" "a3" "a4" "a5" "a6" "a7" "a8" "a9" "a10" "a11" "a12" "a13" "a14" "a15"
  "a16" "a17" "a18" "a19" "a20" "a21" "a22" "a23" "a24" "a25" "a26" "a27" "a28" "a29" "a30" "a31" "a32")))
  "cannot have more than 32 flags")

;; externtype: the index is that of a type of its sort
(assert_invalid (component (type u8) (import "f" (func (type 0)))) "type index 0 is not a function type")
(assert_invalid (component (type (func)) (import "i" (instance (type 0)))) "type index 0 is not an instance type")
(assert_invalid (component (type (instance)) (import "c" (component (type 0)))) "type index 0 is not a component type")

;; core:moduledecl: module types do not nest
(component definition (core type (module (type (func)) (import "a" "f" (func (type 0))) (export "g" (func (type 0))))))
(assert_invalid (component (core type (module (export "f" (func (type 0)))))) "index out of bounds")

;; limits and references to types in module types are those of modules (WebAssembly 3.0, 3.2 Types)
(component definition
  (core type (func))
  (core type (module
    (type (func))
    (import "m" "f" (func (type 0)))
    (import "m" "g" (global (ref null 0)))
    (import "m" "t" (table 1 2 (ref null 0)))
    (import "m" "m" (memory 1 65536)))))
(assert_invalid
  (component (core type (module (import "m" "t" (table 2 1 funcref)))))
  "size minimum must not be greater than maximum")
(assert_invalid
  (component (core type (module (import "m" "m" (memory 1 65537)))))
  "memory size must be at most")
(assert_invalid
  (component (core type (module (import "m" "g" (global (ref null 0))))))
  "unknown type 0: type index out of bounds")
(assert_invalid
  (component (core type (module (type (func)) (import "m" "t" (table 1 (ref null 1))))))
  "unknown type 1: type index out of bounds")
(assert_invalid
  (component (core type (module (type (func (param (ref null 1)))))))
  "unknown type 1: type index out of bounds")
(assert_invalid
  (component (core type (func (param (ref null 1)))))
  "unknown type 1: type index out of bounds")
(assert_invalid
  (component (core type (module (import "m" "m" (memory 1 shared)))))
  "shared memory must have maximum size")

;; imports of a module type are told apart by both names, wherever the first one ends
(component definition
  (core type (module (type (func)) (import "a\00" "b" (func (type 0))) (import "a" "\00b" (func (type 0))))))
(assert_invalid
  (component (core type (module (type (func)) (import "a" "b" (func (type 0))) (import "a" "b" (func (type 0))))))
  "duplicate import name `a:b`")
