;; Binary.md, Canonical Definitions, and the validation of canonopt, lift, lower and resource built-ins (CanonicalABI.md).

;; options: none twice, encodings exclude each other
(component definition
  (core module $M (memory (export "m") 1) (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "f") (param i32 i32)) (func (export "g") (result i32) unreachable) (func (export "p") (param i32)))
  (core instance $m (instantiate $M))
  (core func $r (alias core export $m "r"))
  (func (export "f") (param "a" string)
    (canon lift (core func $m "f") string-encoding=utf16 (memory (core memory $m "m")) (realloc $r)))
  (func (export "g") (result string)
    (canon lift (core func $m "g") (memory (core memory $m "m")) (post-return (core func $m "p")))))
(assert_invalid
  (component
    (core module $M (memory (export "m") 1) (func (export "f") (param i32 i32)) (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $m (instantiate $M))
    (func (param "a" string)
      (canon lift (core func $m "f") string-encoding=utf16 string-encoding=utf8 (memory (core memory $m "m")) (realloc (core func $m "r")))))
  "conflicts with option")
(assert_invalid
  (component
    (core module $M (func (export "f")) (memory (export "m") 1))
    (core instance $m (instantiate $M))
    (func (canon lift (core func $m "f") (memory (core memory $m "m")) (memory (core memory $m "m")))))
  "canonical option `memory` is specified more than once")
(assert_invalid
  (component
    (core module $M (func (export "f")) (func (export "p")))
    (core instance $m (instantiate $M))
    (func (canon lift (core func $m "f") (post-return (core func $m "p")) (post-return (core func $m "p")))))
  "canonical option `post-return` is specified more than once")

;; what needs memory, and what realloc
(assert_invalid
  (component
    (core module $M (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (param "a" string) (canon lift (core func $m "f"))))
  "canonical option `memory` is required")
(assert_invalid
  (component
    (core module $M (func (export "f") (param i32 i32)) (memory (export "m") 1))
    (core instance $m (instantiate $M))
    (func (param "a" (list u8)) (canon lift (core func $m "f") (memory (core memory $m "m")))))
  "canonical option `realloc` is required")
(assert_invalid
  (component
    (core module $M (func (export "f") (result i32) unreachable))
    (core instance $m (instantiate $M))
    (func (result (tuple u8 u8)) (canon lift (core func $m "f"))))
  "canonical option `memory` is required")
(component definition
  (core module $M (func (export "f") (result i32) unreachable))
  (core instance $m (instantiate $M))
  (func (result (tuple u8)) (canon lift (core func $m "f"))))
;; lowering a result asks for realloc, lowering parameters does not
(component definition
  (import "f" (func $f (param "a" string)))
  (core module $M (memory (export "m") 1))
  (core instance $m (instantiate $M))
  (core func (canon lower (func $f) (memory (core memory $m "m")))))
(assert_invalid
  (component
    (import "f" (func $f (result string)))
    (core module $M (memory (export "m") 1))
    (core instance $m (instantiate $M))
    (core func (canon lower (func $f) (memory (core memory $m "m")))))
  "canonical option `realloc` is required")
(assert_invalid
  (component (import "f" (func $f (param "a" (list u8)))) (core func (canon lower (func $f))))
  "canonical option `memory` is required")

;; seventeen flat parameters need both to be lifted, and memory to be lowered
(component definition
  (core module $M (func (export "f") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (core instance $m (instantiate $M))
  (func (param "a" (tuple u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8)) (canon lift (core func $m "f"))))
(assert_invalid
  (component
    (core module $M (func (export "f") (param i32)))
    (core instance $m (instantiate $M))
    (func (param "a" (tuple u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8)) (canon lift (core func $m "f"))))
  "canonical option `memory` is required")
(assert_invalid
  (component
    (core module $M (func (export "f") (param i32)) (memory (export "m") 1))
    (core instance $m (instantiate $M))
    (func (param "a" (tuple u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8))
      (canon lift (core func $m "f") (memory (core memory $m "m")))))
  "canonical option `realloc` is required")
(assert_invalid
  (component
    (import "f" (func $f (param "a" (tuple u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8))))
    (core func (canon lower (func $f))))
  "canonical option `memory` is required")

;; signatures of what options name
(assert_invalid
  (component
    (core module $M (func (export "f") (param i32 i32)) (memory (export "m") 1) (func (export "r") (param i32 i32 i32) (result i32) unreachable))
    (core instance $m (instantiate $M))
    (func (param "a" string) (canon lift (core func $m "f") (memory (core memory $m "m")) (realloc (core func $m "r")))))
  "canonical option `realloc` uses a core function with an incorrect signature")
(assert_invalid
  (component
    (core module $M (func (export "f") (result i32) unreachable) (func (export "p") (param i64)))
    (core instance $m (instantiate $M))
    (func (result u32) (canon lift (core func $m "f") (post-return (core func $m "p")))))
  "canonical option `post-return` uses a core function with an incorrect signature")
(assert_invalid
  (component
    (core module $M (func (export "f") (result i32) unreachable) (func (export "p") (param i32) (result i32) unreachable))
    (core instance $m (instantiate $M))
    (func (result u32) (canon lift (core func $m "f") (post-return (core func $m "p")))))
  "canonical option `post-return` uses a core function with an incorrect signature")
(assert_invalid
  (component
    (import "f" (func $f))
    (core module $M (func (export "p")))
    (core instance $m (instantiate $M))
    (core func (canon lower (func $f) (post-return (core func $m "p")))))
  "`post-return`")

;; the core function's own type
(assert_invalid
  (component
    (core module $M (func (export "f") (param i64)))
    (core instance $m (instantiate $M))
    (func (param "a" u32) (canon lift (core func $m "f"))))
  "lowered parameter types `[I32]` do not match parameter types `[I64]` of core function")
(assert_invalid
  (component
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func (result f32) (canon lift (core func $m "f"))))
  "lowered result types `[F32]` do not match result types `[]` of core function")
(assert_invalid
  (component
    (import "r" (type (sub resource)))
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func (type 0) (canon lift (core func $m "f"))))
  "type index 0 is not a function type")

;; resource.new and resource.rep: only where the resource is defined; resource.drop: everywhere
(component definition
  (type $r (resource (rep i32)))
  (core func (canon resource.new $r)) (core func (canon resource.rep $r)) (core func (canon resource.drop $r)))
(component definition (import "r" (type $r (sub resource))) (core func (canon resource.drop $r)))
(assert_invalid
  (component (import "r" (type $r (sub resource))) (core func (canon resource.new $r)))
  "is not a local resource")
(assert_invalid
  (component (import "r" (type $r (sub resource))) (core func (canon resource.rep $r)))
  "is not a local resource")
(assert_invalid
  (component (type u8) (core func (canon resource.drop 0)))
  "type index 0 is not a resource type")

;; memory: a subtype of (memory 0)
(assert_invalid
  (component
    (core module $M (func (export "f")) (memory (export "m") 1 1 shared))
    (core instance $m (instantiate $M))
    (func (canon lift (core func $m "f") (memory (core memory $m "m")))))
  "mismatch in the shared flag for memories")
(assert_invalid
  (component
    (import "f" (func $f))
    (core module $M (memory (export "m") 1 1 shared))
    (core instance $m (instantiate $M))
    (core func (canon lower (func $f) (memory (core memory $m "m")))))
  "mismatch in the shared flag for memories")
(assert_invalid
  (component
    (core module $M (func (export "f")) (memory (export "m") i64 1))
    (core instance $m (instantiate $M))
    (func (canon lift (core func $m "f") (memory (core memory $m "m")))))
  "mismatch in index type used for memories")
