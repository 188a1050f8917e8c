/** A program that makes one hard link, and fails where it cannot. */
import { filesystemWith } from "./asking-text.ts";
import { memoryOfProgram } from "./components.ts";

const linkAt = `(export "[method]descriptor.link-at" (func (param "self" (borrow $descriptor))
      (param "old-path-flags" $path-flags) (param "old-path" string) (param "new-descriptor" (borrow $descriptor))
      (param "new-path" string) (result (result (error $error-code)))))`;

/**
 * Of `data/a` in the first directory as `out/b` if it was given two, which are one by two names; else of `a` in the first
 * as `b` in the third.
 * @param index of the directory of `out/b`
 */
export const linkingText = (index: 0 | 1): string => `(component ${filesystemWith(linkAt)}
  ${memoryOfProgram}
  (core func $directories (canon lower (func $preopens "get-directories") (memory $m) (realloc $realloc)))
  (core func $link (canon lower (func $types "[method]descriptor.link-at") (memory $m)))
  (core module $main
    (import "" "mem" (memory 4))
    (import "" "directories" (func $directories (param i32)))
    (import "" "link" (func $link (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (data (i32.const 4096) "data/a")
    (data (i32.const 4112) "out/b")
    (func $directory (param $index i32) (result i32)
      (i32.load (i32.add (i32.load (i32.const 16)) (i32.mul (i32.const 12) (local.get $index)))))
    (func (export "run") (result i32)
      (call $directories (i32.const 16))
      (if (i32.eq (i32.load (i32.const 20)) (i32.const 2))
        (then (call $link (call $directory (i32.const 0)) (i32.const 0) (i32.const 4096) (i32.const 6)
          (call $directory (i32.const ${index})) (i32.const 4112) (i32.const 5) (i32.const 512)))
        (else (call $link (call $directory (i32.const 0)) (i32.const 0) (i32.const 4101) (i32.const 1)
          (call $directory (i32.const 2)) (i32.const 4116) (i32.const 1) (i32.const 512))))
      (i32.load8_u (i32.const 512))))
  (core instance $i (instantiate $main (with "" (instance
    (export "mem" (memory $m)) (export "directories" (func $directories)) (export "link" (func $link))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $run-instance (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run-instance)))`;
