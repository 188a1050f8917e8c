;; Polls long lists of pollables in 2 MiB of memory.
(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.ready" (func (param "self" (borrow $pollable)) (result bool)))
    (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $monotonic
    (alias outer 1 $pollable (type $outer))
    (export "pollable" (type $pollable (eq $outer)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))

  (core module $Memory
    (memory (export "memory") 32 32)
    (global $next (mut i32) (i32.const 1048576))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $start i32)
      (local.set $start (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get $start) (local.get 3)))
      (local.get $start)))
  (core instance $libc (instantiate $Memory))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))
  (core func $duration (canon lower (func $monotonic "subscribe-duration")))
  (core func $poll-all (canon lower (func $poll "poll") (memory $memory) (realloc $realloc)))

  (core module $M
    (import "" "memory" (memory 1))
    (import "" "duration" (func $duration (param i64) (result i32)))
    (import "" "poll-all" (func $poll-all (param i32 i32 i32)))
    ;; So many alarms, each of them so much later than the one before; if that is no later at all, one so many times.
    (func (export "poll") (param $count i32) (param $for i64) (param $later i64) (result i32)
      (local $at i32) (local $alarm i32)
      (loop $next
        (if (i32.or (i64.ne (local.get $later) (i64.const 0)) (i32.eqz (local.get $at)))
          (then (local.set $alarm (call $duration
            (i64.add (local.get $for) (i64.mul (local.get $later) (i64.extend_i32_u (local.get $at))))))))
        (i32.store (i32.add (i32.const 64) (i32.shl (local.get $at) (i32.const 2))) (local.get $alarm))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $count))))
      (call $poll-all (i32.const 64) (local.get $count) (i32.const 16))
      (i32.const 16)))
  (core instance $m (instantiate $M (with "" (instance
    (export "memory" (memory $memory))
    (export "duration" (func $duration)) (export "poll-all" (func $poll-all))))))

  (func (export "poll") (param "count" u32) (param "for" u64) (param "later" u64) (result (list u32))
    (canon lift (core func $m "poll") (memory $memory))))
