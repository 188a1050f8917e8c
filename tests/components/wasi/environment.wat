;; What the program is started with, and its end: also one that it tries to catch.
(component
  (import "wasi:cli/environment@0.2.0" (instance $environment
    (export "get-environment" (func (result (list (tuple string string)))))
    (export "get-arguments" (func (result (list string))))
    (export "initial-cwd" (func (result (option string))))))
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (export "exit" (func (param "status" (result))))
    (export "exit-with-code" (func (param "status-code" u8)))))

  (core module $Memory
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $start i32)
      (local.set $start (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get $start) (local.get 3)))
      (local.get $start)))
  (core instance $libc (instantiate $Memory))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))
  (core func $variables (canon lower (func $environment "get-environment") (memory $memory) (realloc $realloc)))
  (core func $arguments (canon lower (func $environment "get-arguments") (memory $memory) (realloc $realloc)))
  (core func $cwd (canon lower (func $environment "initial-cwd") (memory $memory) (realloc $realloc)))
  (core func $exit (canon lower (func $exit "exit")))
  (core func $code (canon lower (func $exit "exit-with-code")))

  (core module $M
    (import "" "variables" (func $variables (param i32)))
    (import "" "arguments" (func $arguments (param i32)))
    (import "" "cwd" (func $cwd (param i32)))
    (import "" "exit" (func $exit (param i32)))
    (import "" "code" (func $code (param i32)))
    (func (export "variables") (result i32) (call $variables (i32.const 16)) (i32.const 16))
    (func (export "arguments") (result i32) (call $arguments (i32.const 16)) (i32.const 16))
    (func (export "cwd") (result i32) (call $cwd (i32.const 16)) (i32.const 16))
    (func (export "exit") (param i32) (call $exit (local.get 0)))
    (func (export "code") (param i32) (call $code (local.get 0)))
    (func (export "caught")
      (block $b (try_table (catch_all $b) (call $code (i32.const 3))))))
  (core instance $m (instantiate $M (with "" (instance
    (export "variables" (func $variables)) (export "arguments" (func $arguments)) (export "cwd" (func $cwd))
    (export "exit" (func $exit)) (export "code" (func $code))))))

  (func (export "variables") (result (list (tuple string string)))
    (canon lift (core func $m "variables") (memory $memory)))
  (func (export "arguments") (result (list string)) (canon lift (core func $m "arguments") (memory $memory)))
  (func (export "cwd") (result (option string)) (canon lift (core func $m "cwd") (memory $memory)))
  (func (export "exit") (param "status" (result)) (canon lift (core func $m "exit")))
  (func (export "exit-with-code") (param "code" u8) (canon lift (core func $m "code")))
  (func (export "exit-caught") (canon lift (core func $m "caught"))))
