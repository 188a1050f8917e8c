;; Hands on what each function of wasi:random gives.
(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-bytes" (func (param "len" u64) (result (list u8))))
    (export "get-random-u64" (func (result u64)))))
  (import "wasi:random/insecure@0.2.0" (instance $insecure
    (export "get-insecure-random-bytes" (func (param "len" u64) (result (list u8))))
    (export "get-insecure-random-u64" (func (result u64)))))
  (import "wasi:random/insecure-seed@0.2.0" (instance $seed
    (export "insecure-seed" (func (result (tuple u64 u64))))))

  (core module $Memory
    (memory (export "memory") 4)
    (global $next (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $start i32)
      (local.set $start (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get $start) (local.get 3)))
      (local.get $start)))
  (core instance $libc (instantiate $Memory))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))
  (core func $bytes (canon lower (func $random "get-random-bytes") (memory $memory) (realloc $realloc)))
  (core func $u64 (canon lower (func $random "get-random-u64")))
  (core func $insecure-bytes
    (canon lower (func $insecure "get-insecure-random-bytes") (memory $memory) (realloc $realloc)))
  (core func $insecure-u64 (canon lower (func $insecure "get-insecure-random-u64")))
  (core func $seed (canon lower (func $seed "insecure-seed") (memory $memory)))

  (core module $M
    (import "" "bytes" (func $bytes (param i64 i32)))
    (import "" "u64" (func $u64 (result i64)))
    (import "" "insecure-bytes" (func $insecure-bytes (param i64 i32)))
    (import "" "insecure-u64" (func $insecure-u64 (result i64)))
    (import "" "seed" (func $seed (param i32)))
    (func (export "bytes") (param i64) (result i32) (call $bytes (local.get 0) (i32.const 16)) (i32.const 16))
    (func (export "u64") (result i64) (call $u64))
    (func (export "insecure-bytes") (param i64) (result i32)
      (call $insecure-bytes (local.get 0) (i32.const 16)) (i32.const 16))
    (func (export "insecure-u64") (result i64) (call $insecure-u64))
    (func (export "seed") (result i32) (call $seed (i32.const 16)) (i32.const 16)))
  (core instance $m (instantiate $M (with "" (instance
    (export "bytes" (func $bytes)) (export "u64" (func $u64))
    (export "insecure-bytes" (func $insecure-bytes)) (export "insecure-u64" (func $insecure-u64))
    (export "seed" (func $seed))))))

  (func (export "bytes") (param "len" u64) (result (list u8)) (canon lift (core func $m "bytes") (memory $memory)))
  (func (export "u64") (result u64) (canon lift (core func $m "u64")))
  (func (export "insecure-bytes") (param "len" u64) (result (list u8))
    (canon lift (core func $m "insecure-bytes") (memory $memory)))
  (func (export "insecure-u64") (result u64) (canon lift (core func $m "insecure-u64")))
  (func (export "seed") (result (tuple u64 u64)) (canon lift (core func $m "seed") (memory $memory))))
