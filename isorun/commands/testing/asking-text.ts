/** A program that opens files and writes to its stderr, step by step, and fails. */
import { io, memoryOfProgram } from "./components.ts";

export type Step = { readonly open: string } | { readonly say: string };

/** What is to be opened is looked for in the last directory, as C libraries do, and whether it was is not looked at. */
export function askingText(steps: readonly Step[]): string {
  let at = 4096;
  const placed = steps.map((step) => {
    const bytes = new TextEncoder().encode("open" in step ? step.open : step.say);
    const place = { at, bytes, isOpen: "open" in step };
    at += bytes.length;
    return place;
  });
  const data = placed.map(({ at: start, bytes }) => `(data (i32.const ${start}) "${escaped(bytes)}")`).join("\n");
  const calls = placed.map(({ at: start, bytes: { length }, isOpen }) =>
    isOpen
      ? `(call $open (local.get $directory) (i32.const 1) (i32.const ${start}) (i32.const ${length}) (i32.const 0) (i32.const 1) (i32.const 16))`
      : `(call $write (local.get $stderr) (i32.const ${start}) (i32.const ${length}) (i32.const 64))`,
  );
  return `(component ${io} ${filesystemWith(openAt)}
    ${memoryOfProgram}
    (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory $m) (realloc $realloc)))
    (core func $get-stderr (canon lower (func $stderr "get-stderr")))
    (core func $directories (canon lower (func $preopens "get-directories") (memory $m) (realloc $realloc)))
    (core func $open (canon lower (func $types "[method]descriptor.open-at") (memory $m)))
    (core module $main
      (import "" "mem" (memory 4))
      (import "" "write" (func $write (param i32 i32 i32 i32)))
      (import "" "get-stderr" (func $get-stderr (result i32)))
      (import "" "directories" (func $directories (param i32)))
      (import "" "open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
      ${data}
      (func (export "run") (result i32) (local $directory i32) (local $stderr i32)
        (local.set $stderr (call $get-stderr))
        (call $directories (i32.const 16))
        (local.set $directory (i32.load (i32.add (i32.load (i32.const 16))
          (i32.mul (i32.const 12) (i32.sub (i32.load (i32.const 20)) (i32.const 1))))))
        ${calls.join("\n")}
        (i32.const 1)))
    (core instance $i (instantiate $main (with "" (instance
      (export "mem" (memory $m)) (export "write" (func $write)) (export "get-stderr" (func $get-stderr))
      (export "directories" (func $directories)) (export "open" (func $open))))))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $run-instance (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run-instance)))`;
}

const escaped = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");

const openAt = `(export "[method]descriptor.open-at" (func (param "self" (borrow $descriptor))
      (param "path-flags" $path-flags) (param "path" string) (param "open-flags" $open-flags)
      (param "flags" $descriptor-flags) (result (result (own $descriptor) (error $error-code)))))`;

/** `$types` and `$preopens` of wasi:filesystem. */
export const filesystemWith = (functions: string): string => `
  (import "wasi:filesystem/types@0.2.0" (instance $types
    (export "descriptor" (type $descriptor (sub resource)))
    (type $pf (flags "symlink-follow"))
    (export "path-flags" (type $path-flags (eq $pf)))
    (type $of (flags "create" "directory" "exclusive" "truncate"))
    (export "open-flags" (type $open-flags (eq $of)))
    (type $df (flags "read" "write" "file-integrity-sync" "data-integrity-sync" "requested-write-sync"
      "mutate-directory"))
    (export "descriptor-flags" (type $descriptor-flags (eq $df)))
    (type $ec (enum "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota" "exist"
      "file-too-large" "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io" "is-directory" "loop"
      "too-many-links" "message-size" "name-too-long" "no-device" "no-entry" "no-lock" "insufficient-memory"
      "insufficient-space" "not-directory" "not-empty" "not-recoverable" "unsupported" "no-tty" "no-such-device"
      "overflow" "not-permitted" "pipe" "read-only" "invalid-seek" "text-file-busy" "cross-device"))
    (export "error-code" (type $error-code (eq $ec)))
    ${functions}))
  (alias export $types "descriptor" (type $descriptor))
  (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
    (alias outer 1 $descriptor (type $outer))
    (export "descriptor" (type $own (eq $outer)))
    (export "get-directories" (func (result (list (tuple (own $own) string)))))))`;
