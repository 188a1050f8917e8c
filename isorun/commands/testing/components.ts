/** Components for the tests of the commands, as texts, and the paths of their binaries. */
import { assembleFiles } from "../../../tests/components/assemble.ts";

/** Functions of many kinds; nothing is imported. */
export const mathText = `(component
  (core module $m
    (memory (export "mem") 1)
    (global $next (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get 3))))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0))
      (i32.store (i32.const 20) (local.get 1))
      (i32.const 16))
    (func (export "divide") (param i32 i32) (result i32)
      (i32.store8 (i32.const 32) (i32.eqz (local.get 1)))
      (if (local.get 1) (then (i32.store (i32.const 36) (i32.div_u (local.get 0) (local.get 1)))))
      (i32.const 32))
    (func $fails unreachable)
    (func $fail (export "fail") (call $fails))
    (func (export "spin") (loop (br 0)))
    (func $deep (export "deep") (result i32) (i32.add (call $deep) (i32.const 1)))
    (func (export "grow") (drop (memory.grow (i32.const 4096)))))
  (core instance $i (instantiate $m))
  (func $add (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
  (func $echo (param "new-text" string) (result string)
    (canon lift (core func $i "echo") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
  (func $divide (param "a" u32) (param "b" u32) (result (result u32))
    (canon lift (core func $i "divide") (memory (core memory $i "mem"))))
  (instance $math (export "add" (func $add)) (export "divide" (func $divide)))
  (export "test:lib/math@1.2.0" (instance $math))
  (export "echo" (func $echo))
  (func (export "fail") (canon lift (core func $i "fail")))
  (func (export "spin") (canon lift (core func $i "spin")))
  (func (export "deep") (result u32) (canon lift (core func $i "deep")))
  (func (export "grow") (canon lift (core func $i "grow"))))`;

/** `$m` of a program, with `$realloc`, which gives nothing back. */
export const memoryOfProgram = `(core module $memory
    (memory (export "mem") 4)
    (global $next (mut i32) (i32.const 65536))
    (func (export "realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
      (global.set $next (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get $new)))))
  (core instance $mem (instantiate $memory))
  (alias core export $mem "mem" (core memory $m))
  (alias core export $mem "realloc" (core func $realloc))`;

export const io = `
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error-type))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type $output (sub resource)))
    (export "input-stream" (type $input (sub resource)))
    (alias outer 1 $error-type (type $e))
    (export "error" (type $error' (eq $e)))
    (type $stream-error' (variant (case "last-operation-failed" (own $error')) (case "closed")))
    (export "stream-error" (type $stream-error (eq $stream-error')))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $output)) (param "contents" (list u8)) (result (result (error $stream-error)))))
    (export "[method]input-stream.blocking-read"
      (func (param "self" (borrow $input)) (param "len" u64) (result (result (list u8) (error $stream-error)))))))
  (alias export $streams "output-stream" (type $output))
  (alias export $streams "input-stream" (type $input))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $o)) (export "output-stream" (type $o' (eq $o)))
    (export "get-stdout" (func (result (own $o'))))))
  (import "wasi:cli/stderr@0.2.0" (instance $stderr
    (alias outer 1 $output (type $o)) (export "output-stream" (type $o' (eq $o)))
    (export "get-stderr" (func (result (own $o'))))))
  (import "wasi:cli/stdin@0.2.0" (instance $stdin
    (alias outer 1 $input (type $i)) (export "input-stream" (type $i' (eq $i)))
    (export "get-stdin" (func (result (own $i'))))))`;

const rest = `
  (import "wasi:cli/environment@0.2.0" (instance $environment
    (export "get-arguments" (func (result (list string))))
    (export "get-environment" (func (result (list (tuple string string)))))))
  (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit" (func (param "status" (result))))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))
  (import "wasi:filesystem/preopens@0.2.0" (instance $preopens (export "descriptor" (type $descriptor (sub resource)))
    (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))`;

/**
 * A program by its first argument: `echo` copies stdin to stdout, `args` writes what is behind it, `env` the variables,
 * `fail` returns an error, `exit` ends itself with 1, `trap` traps, `clock` reads the clock, `files` asks for its
 * directories and fails, `flood` writes without end, `loop` computes without end, `bytes` writes what is no UTF-8.
 */
const programText = `(component ${io} ${rest}
  ${memoryOfProgram}
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory $m) (realloc $realloc)))
  (core func $read (canon lower (func $streams "[method]input-stream.blocking-read") (memory $m) (realloc $realloc)))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $get-stderr (canon lower (func $stderr "get-stderr")))
  (core func $get-stdin (canon lower (func $stdin "get-stdin")))
  (core func $args (canon lower (func $environment "get-arguments") (memory $m) (realloc $realloc)))
  (core func $env (canon lower (func $environment "get-environment") (memory $m) (realloc $realloc)))
  (core func $exit (canon lower (func $exit "exit")))
  (core func $now (canon lower (func $clock "now")))
  (core func $directories (canon lower (func $preopens "get-directories") (memory $m) (realloc $realloc)))
  (core module $main
    (import "" "mem" (memory 4))
    (import "" "write" (func $write (param i32 i32 i32 i32)))
    (import "" "read" (func $read (param i32 i64 i32)))
    (import "" "get-stdout" (func $get-stdout (result i32)))
    (import "" "get-stderr" (func $get-stderr (result i32)))
    (import "" "get-stdin" (func $get-stdin (result i32)))
    (import "" "args" (func $args (param i32)))
    (import "" "env" (func $env (param i32)))
    (import "" "exit" (func $exit (param i32)))
    (import "" "now" (func $now (result i64)))
    (import "" "directories" (func $directories (param i32)))
    (data (i32.const 1024) "\\ff\\fe\\n")
    (data (i32.const 1032) "\\e2\\82")
    (data (i32.const 1040) "\\ac\\n")
    (data (i32.const 1048) "some words on stderr\\n")
    ;; list of texts: pointer, count, bytes between their starts
    (func $write-all (param $at i32) (param $count i32) (param $step i32)
      (local $out i32)
      (local.set $out (call $get-stdout))
      (block $done
        (loop $next
          (br_if $done (i32.eqz (local.get $count)))
          (call $write (local.get $out) (i32.load (local.get $at)) (i32.load (i32.add (local.get $at) (i32.const 4))) (i32.const 512))
          (call $write (local.get $out) (i32.const 1042) (i32.const 0) (i32.const 512))
          (call $write (local.get $out) (i32.const 1041) (i32.const 1) (i32.const 512))
          (local.set $at (i32.add (local.get $at) (local.get $step)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $next))))
    (func $copy
      (local $in i32) (local $out i32)
      (local.set $in (call $get-stdin))
      (local.set $out (call $get-stdout))
      (block $done
        (loop $next
          (call $read (local.get $in) (i64.const 4096) (i32.const 600))
          (br_if $done (i32.load8_u (i32.const 600)))
          (call $write (local.get $out) (i32.load (i32.const 604)) (i32.load (i32.const 608)) (i32.const 512))
          (br $next))))
    (func $flood
      (local $out i32)
      (local.set $out (call $get-stdout))
      (loop $next
        (call $write (local.get $out) (i32.const 1048) (i32.const 21) (i32.const 512))
        (br $next)))
    ;; Which program: the first letter and the length of the argument tell.
    (func (export "run") (result i32)
      (local $word i32) (local $letter i32) (local $out i32)
      (call $args (i32.const 500))
      (if (i32.lt_u (i32.load (i32.const 504)) (i32.const 2)) (then (return (i32.const 0))))
      (local.set $word (i32.load (i32.add (i32.load (i32.const 500)) (i32.const 8))))
      (local.set $letter (i32.load16_u (local.get $word)))
      (if (i32.eq (local.get $letter) (i32.const 0x6365)) (then (call $copy)))
      (if (i32.eq (local.get $letter) (i32.const 0x7261)) (then
        (call $write-all (i32.add (i32.load (i32.const 500)) (i32.const 16)) (i32.sub (i32.load (i32.const 504)) (i32.const 2)) (i32.const 8))))
      (if (i32.eq (local.get $letter) (i32.const 0x6e65)) (then
        (call $env (i32.const 520))
        (call $write-all (i32.load (i32.const 520)) (i32.load (i32.const 524)) (i32.const 16))))
      (if (i32.eq (local.get $letter) (i32.const 0x6166)) (then
        (call $write (call $get-stderr) (i32.const 1048) (i32.const 21) (i32.const 512))
        (return (i32.const 1))))
      (if (i32.eq (local.get $letter) (i32.const 0x7865)) (then (call $exit (i32.const 1))))
      (if (i32.eq (local.get $letter) (i32.const 0x7274)) (then
        (if (i32.gt_u (i32.load (i32.const 504)) (i32.const 2)) (then (call $directories (i32.const 520))))
        unreachable))
      (if (i32.eq (local.get $letter) (i32.const 0x6c63)) (then (drop (call $now))))
      (if (i32.eq (local.get $letter) (i32.const 0x6966)) (then (call $directories (i32.const 520)) (return (i32.const 1))))
      (if (i32.eq (local.get $letter) (i32.const 0x6c66)) (then (call $flood)))
      (if (i32.eq (local.get $letter) (i32.const 0x6f6c)) (then (loop $for-ever (br $for-ever))))
      (if (i32.eq (local.get $letter) (i32.const 0x7962)) (then
        (local.set $out (call $get-stdout))
        (call $write (local.get $out) (i32.const 1024) (i32.const 3) (i32.const 512))
        (call $write (local.get $out) (i32.const 1032) (i32.const 2) (i32.const 512))
        (call $write (local.get $out) (i32.const 1040) (i32.const 2) (i32.const 512))))
      (i32.const 0)))
  (core instance $i (instantiate $main (with "" (instance
    (export "mem" (memory $m)) (export "write" (func $write)) (export "read" (func $read))
    (export "get-stdout" (func $get-stdout)) (export "get-stderr" (func $get-stderr)) (export "get-stdin" (func $get-stdin))
    (export "args" (func $args)) (export "env" (func $env)) (export "exit" (func $exit)) (export "now" (func $now))
    (export "directories" (func $directories))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $run-instance (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run-instance)))`;

/** Wants what nobody gives, and of a type that WASI does not have. */
const strangerText = `(component
  (import "my:own/store" (instance (export "get" (func (param "key" string) (result string)))))
  (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result string)))))
  (core module $m (func (export "run") (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $run-instance (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run-instance)))`;

/** Wants of WASI what it does not have. */
const inventedText = `(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance (export "bogus" (func (result u64)))))
  (import "wasi:nope/nope@0.2.0" (instance (export "f" (func))))
  (core module $m (func (export "run")))
  (core instance $i (instantiate $m))
  (func (export "run") (canon lift (core func $i "run"))))`;

/** What names and types can be, for the declarations. */
const typesText = `(component
  (import "test:lib/things@0.1.0" (instance $things
    (export "thing" (type $thing (sub resource)))
    (type $shape' (variant (case "circle" f64) (case "none")))
    (export "shape" (type $shape (eq $shape')))
    (type $point' (record (field "x" s32) (field "default" (option (option u8))) (field "at-time" u64)))
    (export "point" (type $point (eq $point')))
    (type $color' (enum "red" "light-blue"))
    (export "color" (type $color (eq $color')))
    (type $rights' (flags "may-read" "may-write"))
    (export "rights" (type $rights (eq $rights')))
    (export "[constructor]thing" (func (param "color" $color) (result (own $thing))))
    (export "[method]thing.area" (func (param "self" (borrow $thing)) (param "class" $shape) (result (result f64 (error string)))))
    (export "many" (func (param "bytes" (list u8)) (param "points" (list $point)) (param "rights" $rights)
      (result (tuple char bool (result) (option string)))))))
  (core func $many (canon lower (func $things "[constructor]thing")))
  (core module $m (func (export "run")))
  (core instance $i (instantiate $m))
  (func (export "run") (canon lift (core func $i "run"))))`;

/** Gives a resource out, which nobody can write down. */
const resourceText = `(component
  (type $made (resource (rep i32)))
  (core func $new (canon resource.new $made))
  (core module $m
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (result i32) (call $new (i32.const 1))))
  (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
  (export $thing "thing" (type $made))
  (func (export "make") (result (own $thing)) (canon lift (core func $i "make"))))`;

export interface ComponentFiles {
  readonly math: string;
  readonly program: string;
  readonly stranger: string;
  readonly invented: string;
  readonly types: string;
  readonly resource: string;
}

/** Paths of the binaries. */
export async function componentFiles(): Promise<ComponentFiles> {
  const pathOf = await assembleFiles([mathText, programText, strangerText, inventedText, typesText, resourceText]);
  return {
    math: pathOf(mathText),
    program: pathOf(programText),
    stranger: pathOf(strangerText),
    invented: pathOf(inventedText),
    types: pathOf(typesText),
    resource: pathOf(resourceText),
  };
}
