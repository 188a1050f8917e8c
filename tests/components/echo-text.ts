/** Texts of pairs of components that pass a value through, each side with a memory of its own. */

export interface Echo {
  /** Definitions of types, in order, which name each other by index or by what they are called. */
  readonly types: string;
  /** What the value's type is named by. */
  readonly type: string | number;
  /** What core functions take; what they answer stands in memory. */
  readonly params: readonly string[];
  /** Text of the core function that answers with what it was given. */
  readonly echo: string;
}

const memory = `(core module $memory (memory (export "mem") 64) (global $next (mut i32) (i32.const 8192))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
        (global.set $next (i32.add (local.get $at) (local.get 3))) (local.get $at)))
    (core instance $m (instantiate $memory))`;
const options = `(memory (core memory $m "mem")) (realloc (core func $m "realloc"))`;

/** `run` answers with what it is given: the outer component asks the inner one, through an adapter. */
export function echoText({ types, type, params, echo }: Echo): string {
  const run = `(param "x" ${type}) (result ${type})`;
  const locals = params.map((_, index) => `(local.get ${index})`).join(" ");
  const signature = `(param ${params.join(" ")}) (result i32)`;
  return `(component ${types}
    (component $inner ${types} ${memory}
      (core module $echo (import "m" "mem" (memory 1)) (func (export "run") ${signature} ${echo}))
      (core instance $e (instantiate $echo (with "m" (instance $m))))
      (func (export "run") ${run} (canon lift (core func $e "run") ${options})))
    (instance $i (instantiate $inner))
    ${memory}
    (core func $run (canon lower (func $i "run") ${options}))
    (core module $ask (import "i" "run" (func $run (param ${params.join(" ")} i32)))
      (func (export "run") ${signature} (call $run ${locals} (i32.const 4096)) (i32.const 4096)))
    (core instance $a (instantiate $ask (with "i" (instance (export "run" (func $run))))))
    (func (export "run") ${run} (canon lift (core func $a "run") ${options})))`;
}
