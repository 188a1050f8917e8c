;; A component by hand. Its binary, greet.wasm, and what `isorun types` says of that, greet.d.ts, are committed (after a
;; change: `sh tools/bun.sh tools/assemble-examples.ts`); call-greet.ts is a program that calls it.
;;
;;   npx isorun run examples/greet.wasm --invoke 'greet("you")'     prints "hello, you"
;;   npx isorun run examples/greet.wasm --invoke 'sum([1, 2, 39])' --fuel 10000
(component
  (core module $m
    (memory (export "memory") 1)
    (data (i32.const 16) "hello, ")
    ;; Where free memory begins, which is here again when a call has ended.
    (global $free (mut i32) (i32.const 64))
    ;; Room for what is passed in, at a multiple of 8, so that everything in it is aligned.
    (func $realloc (export "realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
      (local $at i32)
      (local.set $at (global.get $free))
      (global.set $free (i32.and (i32.add (i32.add (local.get $at) (local.get $new)) (i32.const 7)) (i32.const -8)))
      (if (i32.gt_u (global.get $free) (i32.mul (memory.size) (i32.const 65536))) (then
        (if (i32.eq (memory.grow (i32.add (i32.div_u (local.get $new) (i32.const 65536)) (i32.const 1))) (i32.const -1))
          (then unreachable))))
      (local.get $at))
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
      (local.get $sum))
    ;; Run when the results have been read, with what the core function returned.
    (func (export "after-greet") (param i32) (global.set $free (i32.const 64)))
    (func (export "after-sum") (param i64) (global.set $free (i32.const 64))))
  (core instance $i (instantiate $m))
  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $i "greet") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))
      (post-return (core func $i "after-greet"))))
  (func (export "sum") (param "numbers" (list u32)) (result u64)
    (canon lift (core func $i "sum") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))
      (post-return (core func $i "after-sum")))))
