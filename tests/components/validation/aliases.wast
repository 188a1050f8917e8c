;; Binary.md, Alias Definitions: what an alias names is there and is of its sort; outer ones carry no resources inside.

(component definition
  (import "i" (instance $i (export "f" (func)) (export "t" (type (sub resource)))))
  (alias export $i "f" (func))
  (alias export $i "t" (type)))
(assert_invalid
  (component (import "i" (instance $i)) (alias export $i "f" (func)))
  "instance 0 has no export named `f`")
(assert_invalid
  (component (import "i" (instance $i (export "f" (func)))) (alias export $i "f" (instance)))
  "export `f` for instance 0 is not a instance")
(assert_invalid
  (component (alias export 0 "f" (func)))
  "unknown instance 0: instance index out of bounds")

(component definition
  (core module $M (func (export "f")) (memory (export "m") 1))
  (core instance $m (instantiate $M))
  (alias core export $m "f" (core func))
  (alias core export $m "m" (core memory)))
(assert_invalid
  (component
    (core module $M)
    (core instance $m (instantiate $M))
    (alias core export $m "f" (core func)))
  "core instance 0 has no export named `f`")
(assert_invalid
  (component
    (core module $M (memory (export "f") 1))
    (core instance $m (instantiate $M))
    (alias core export $m "f" (core func)))
  "export `f` for core instance 0 is not a func")
(assert_invalid
  (component (alias core export 0 "f" (core func)))
  "unknown core instance 0")

;; a scope is a component, a component type or an instance type
(component definition
  (type $t u8)
  (component (alias outer 1 $t (type)))
  (type (instance (alias outer 1 0 (type)) (export "x" (type (eq 0)))))
  (component (component (alias outer 2 0 (type)))))
(assert_invalid
  (component (type $t u8) (component (alias outer 2 0 (type))))
  "invalid outer alias count of 2")
(assert_invalid
  (component (type $t u8) (component (alias outer 1 1 (type))))
  "unknown type 1: type index out of bounds")
(assert_invalid
  (component (component (alias outer 1 0 (component))))
  "unknown component 0: component index out of bounds")

;; a resource does not cross a component's boundary by an outer alias; a type's boundary it crosses
(component definition
  (import "r" (type $r (sub resource)))
  (type (instance (alias outer 1 0 (type)) (export "f" (func (param "r" (own 0)))))))
(assert_invalid
  (component
    (import "r" (type $r (sub resource)))
    (component (alias outer 1 0 (type))))
  "refers to resources not defined in the current component")
(assert_invalid
  (component
    (import "r" (type $r (sub resource)))
    (type $t (list (own $r)))
    (component (alias outer 1 1 (type))))
  "refers to resources not defined in the current component")
(assert_invalid
  (component
    (type $r (resource (rep i32)))
    (component (alias outer 1 0 (type))))
  "refers to resources not defined in the current component")

;; in declarations: exports of instances and types, outer types only
(assert_invalid
  (component
    (component $C)
    (type (component (alias outer 1 $C (component)))))
  "may only refer to types or instances")
(assert_invalid
  (component
    (type (component
      (import "i" (instance $i (export "f" (func))))
      (alias export $i "f" (func)))))
  "may only refer to types or instances")
