;; A component by hand. Assemble it with `wasm-tools parse greet.wat -o greet.wasm`, then:
;;
;;   isorun run greet.wasm --invoke 'greet("you")'     prints "hello, you"
;;   isorun run greet.wasm --invoke 'sum([1, 2, 39])' --fuel 10000
(component
  (core module $m
    (memory (export "memory") 1)
    (data (i32.const 16) "hello, ")
    (global $next (mut i32) (i32.const 64))
    ;; Room for what is passed in, rounded up so that everything in it is aligned.
    (func $realloc (export "realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
      (global.get $next)
      (global.set $next (i32.and (i32.add (i32.add (global.get $next) (local.get $new)) (i32.const 7)) (i32.const -8))))
    (func (export "greet") (param $name i32) (param $length i32) (result i32)
      (local $text i32)
      (local.set $text (call $realloc (i32.const 0) (i32.const 0) (i32.const 1) (i32.add (local.get $length) (i32.const 7))))
      (memory.copy (local.get $text) (i32.const 16) (i32.const 7))
      (memory.copy (i32.add (local.get $text) (i32.const 7)) (local.get $name) (local.get $length))
      (i32.store (i32.const 0) (local.get $text))
      (i32.store (i32.const 4) (i32.add (local.get $length) (i32.const 7)))
      (i32.const 0))
    (func (export "sum") (param $at i32) (param $count i32) (result i64)
      (local $sum i64)
      (loop $next
        (if (local.get $count) (then
          (local.set $sum (i64.add (local.get $sum) (i64.load32_u (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $next))))
      (local.get $sum)))
  (core instance $i (instantiate $m))
  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $i "greet") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
  (func (export "sum") (param "numbers" (list u32)) (result u64)
    (canon lift (core func $i "sum") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
