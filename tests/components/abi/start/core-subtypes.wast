;; What a core module is given may be of a type below that of its import: the engine that links the two takes it as well.

(component
  (core module $A
    (type $t (sub (func (result i32))))
    (type $u (sub $t (func (result i32))))
    (func (export "f") (type $u) (i32.const 42)))
  (core module $B
    (type $run (func (result i32)))
    (type $t (sub (func (result i32))))
    (import "a" "f" (func $f (type $t)))
    (func (export "run") (type $run) (call $f)))
  (core instance $a (instantiate $A))
  (core instance $b (instantiate $B (with "a" (instance $a))))
  (func (export "run") (result u32) (canon lift (core func $b "run"))))
(assert_return (invoke "run") (u32.const 42))
