;; Five kernels. Each takes how much to do and gives a number that depends on all of it.

(component
  (core module $M
    (memory 4)
    (func $fib (export "fib") (param $n i32) (result i32)
      (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
        (then (local.get $n))
        (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
                       (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
    ;; How many primes lie below 100,000; n times.
    (func (export "sieve") (param $n i32) (result i32)
      (local $i i32) (local $j i32) (local $count i32)
      (loop $again
        (memory.fill (i32.const 0) (i32.const 1) (i32.const 100000))
        (local.set $i (i32.const 2))
        (local.set $count (i32.const 0))
        (loop $numbers
          (if (i32.load8_u (local.get $i))
            (then
              (local.set $count (i32.add (local.get $count) (i32.const 1)))
              (local.set $j (i32.shl (local.get $i) (i32.const 1)))
              (block $done
                (loop $multiples
                  (br_if $done (i32.ge_u (local.get $j) (i32.const 100000)))
                  (i32.store8 (local.get $j) (i32.const 0))
                  (local.set $j (i32.add (local.get $j) (local.get $i)))
                  (br $multiples)))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $numbers (i32.lt_u (local.get $i) (i32.const 100000))))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $count))
    ;; The product of two matrices of 64 by 64 doubles, n times; its sum.
    (func (export "matmul") (param $n i32) (result i32)
      (local $i i32) (local $j i32) (local $k i32) (local $sum f64) (local $total f64)
      (loop $fill
        (f64.store (i32.shl (local.get $i) (i32.const 3)) (f64.convert_i32_u (i32.rem_u (local.get $i) (i32.const 7))))
        (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 8192))))
      (loop $again
        (local.set $total (f64.const 0))
        (local.set $i (i32.const 0))
        (loop $rows
          (local.set $j (i32.const 0))
          (loop $columns
            (local.set $sum (f64.const 0))
            (local.set $k (i32.const 0))
            (loop $products
              (local.set $sum (f64.add (local.get $sum) (f64.mul
                (f64.load (i32.shl (i32.add (i32.shl (local.get $i) (i32.const 6)) (local.get $k)) (i32.const 3)))
                (f64.load offset=32768 (i32.shl (i32.add (i32.shl (local.get $k) (i32.const 6)) (local.get $j)) (i32.const 3))))))
              (br_if $products (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 64))))
            (local.set $total (f64.add (local.get $total) (local.get $sum)))
            (br_if $columns (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 64))))
          (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 64))))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (i32.trunc_f64_u (local.get $total)))
    ;; Insertion into an array of 2,000 numbers, n times; a sum that depends on their order.
    (func (export "sort") (param $n i32) (result i32)
      (local $i i32) (local $j i32) (local $value i32) (local $seed i32) (local $sum i32)
      (local.set $seed (i32.const 12345))
      (loop $again
        (local.set $i (i32.const 0))
        (loop $fill
          (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1103515245)) (i32.const 12345)))
          (i32.store (local.get $i) (i32.shr_u (local.get $seed) (i32.const 8)))
          (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 8000))))
        (local.set $i (i32.const 4))
        (loop $insert
          (local.set $value (i32.load (local.get $i)))
          (local.set $j (local.get $i))
          (block $placed
            (loop $shift
              (br_if $placed (i32.eqz (local.get $j)))
              (br_if $placed (i32.le_u (i32.load (i32.sub (local.get $j) (i32.const 4))) (local.get $value)))
              (i32.store (local.get $j) (i32.load (i32.sub (local.get $j) (i32.const 4))))
              (local.set $j (i32.sub (local.get $j) (i32.const 4)))
              (br $shift)))
          (i32.store (local.get $j) (local.get $value))
          (br_if $insert (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 8000))))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.set $i (i32.const 0))
      (loop $add
        (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (i32.load (local.get $i))))
        (br_if $add (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 8000))))
      (local.get $sum))
    ;; FNV-1a of 65,536 bytes, n times.
    (func (export "hash") (param $n i32) (result i32)
      (local $i i32) (local $hash i32)
      (memory.fill (i32.const 0) (i32.const 90) (i32.const 65536))
      (local.set $hash (i32.const 0x811c9dc5))
      (loop $again
        (local.set $i (i32.const 0))
        (loop $bytes
          (local.set $hash (i32.mul (i32.xor (local.get $hash) (i32.load8_u (local.get $i))) (i32.const 16777619)))
          (br_if $bytes (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 65536))))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $hash)))
  (core instance $m (instantiate $M))
  (func (export "fib") (param "n" u32) (result u32) (canon lift (core func $m "fib")))
  (func (export "sieve") (param "n" u32) (result u32) (canon lift (core func $m "sieve")))
  (func (export "matmul") (param "n" u32) (result u32) (canon lift (core func $m "matmul")))
  (func (export "sort") (param "n" u32) (result u32) (canon lift (core func $m "sort")))
  (func (export "hash") (param "n" u32) (result u32) (canon lift (core func $m "hash"))))
