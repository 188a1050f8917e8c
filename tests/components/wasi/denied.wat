;; Names interfaces that it was not given: files, sockets, and an interface that is not of WASI 0.2.
(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type (sub resource)))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:filesystem/types@0.2.0" (instance $types
    (export "descriptor" (type (sub resource)))))
  (alias export $types "descriptor" (type $descriptor))
  (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
    (alias outer 1 $descriptor (type $t)) (export "descriptor" (type $descriptor (eq $t)))
    (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))
  (import "wasi:sockets/network@0.2.0" (instance $network
    (export "network" (type (sub resource)))
    (type $t (enum "unknown" "access-denied" "not-supported"))
    (export "error-code" (type (eq $t)))))
  (alias export $network "network" (type $network))
  (alias export $network "error-code" (type $error-code))
  (import "wasi:sockets/instance-network@0.2.0" (instance $instance-network
    (alias outer 1 $network (type $t)) (export "network" (type $network (eq $t)))
    (export "instance-network" (func (result (own $network))))))
  (import "wasi:sockets/ip-name-lookup@0.2.0" (instance $lookup
    (alias outer 1 $network (type $t)) (export "network" (type $network (eq $t)))
    (alias outer 1 $error-code (type $e)) (export "error-code" (type $error-code (eq $e)))
    (export "resolve-address-stream" (type $stream (sub resource)))
    (export "resolve-addresses" (func (param "network" (borrow $network)) (param "name" string)
      (result (result (own $stream) (error $error-code)))))))
  (import "wasi:clocks/timezone@0.2.0" (instance $timezone
    (type $t (record (field "seconds" u64) (field "nanoseconds" u32)))
    (export "datetime" (type $datetime (eq $t)))
    (export "utc-offset" (func (param "when" $datetime) (result s32)))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $t)) (export "pollable" (type $pollable (eq $t)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))

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
  (core func $directories (canon lower (func $preopens "get-directories") (memory $memory) (realloc $realloc)))
  (core func $network (canon lower (func $instance-network "instance-network")))
  (core func $resolve (canon lower (func $lookup "resolve-addresses") (memory $memory)))
  (core func $wait (canon lower (func $timezone "utc-offset")))
  (core func $alarm (canon lower (func $clock "subscribe-duration")))
  (core func $drop (canon resource.drop $pollable))

  (core module $M
    (import "" "memory" (memory 1))
    (import "" "directories" (func $directories (param i32)))
    (import "" "network" (func $network (result i32)))
    (import "" "resolve" (func $resolve (param i32 i32 i32 i32)))
    (import "" "wait" (func $wait (param i64 i32) (result i32)))
    (import "" "alarm" (func $alarm (param i64) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "directories") (result i32)
      (call $directories (i32.const 16)) (i32.load (i32.const 20)))
    (func (export "resolve") (result i32)
      (call $resolve (call $network) (i32.const 0) (i32.const 0) (i32.const 16))
      (i32.store8 (i32.const 17) (i32.load8_u (i32.const 20)))
      (i32.const 16))
    (func (export "wait") (drop (call $wait (i64.const 0) (i32.const 0))))
    (func (export "alarm") (call $drop (call $alarm (i64.const 0)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "memory" (memory $memory)) (export "directories" (func $directories))
    (export "network" (func $network)) (export "resolve" (func $resolve)) (export "wait" (func $wait))
    (export "alarm" (func $alarm)) (export "drop" (func $drop))))))

  (func (export "directories") (result u32) (canon lift (core func $m "directories")))
  (func (export "resolve") (result (result (error $error-code)))
    (canon lift (core func $m "resolve") (memory $memory)))
  (func (export "wait") (canon lift (core func $m "wait")))
  (func (export "alarm") (canon lift (core func $m "alarm"))))
