import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { TrapError } from "../errors/errors.ts";
import { Runtime } from "../runtime/runtime.ts";
import { trapWords } from "./trap-words.ts";

/** What V8 says, then the phrase of the reference tests. */
test.each([
  ["unreachable", "unreachable"],
  ["divide by zero", "integer divide by zero"],
  ["remainder by zero", "integer divide by zero"],
  ["divide result unrepresentable", "integer overflow"],
  ["float unrepresentable in integer range", "invalid conversion to integer"],
  ["memory access out of bounds", "out of bounds memory access"],
  [
    "WebAssembly.Instance(): data segment 0 is out of bounds (offset 70000, length 3, memory size 65536)",
    "out of bounds memory access",
  ],
  ["WebAssembly.Instance(): table index is out of bounds", "out of bounds table access"],
  ["table index is out of bounds", "undefined element"],
  ["null function or function signature mismatch", "indirect call type mismatch"],
  ["null function or function signature mismatch", "uninitialized element"],
  ["dereferencing a null pointer", "null reference"],
  ["illegal cast", "cast failure"],
  ["array element access out of bounds", "out of bounds array access"],
])("in V8 '%s' is '%s'", (text, phrase) => {
  expect(trapWords(text)).toContain(phrase);
});

test("what no engine says stays, without our own text", () => {
  expect(trapWords("the host said so")).toBe("the host said so");
  expect(trapWords("something new (evaluating 'target(v1,\n v2)')")).toBe("something new");
});

/** The body of a module whose `f` traps, or its start. */
const traps = [
  ["unreachable", `(func (export "f") unreachable)`],
  ["unreachable", `(func (export "f")) (func $s unreachable) (start $s)`],
  ["integer divide by zero", `(func (export "f") (drop (i32.div_s (i32.const 1) (i32.const 0))))`],
  ["integer divide by zero", `(func (export "f") (drop (i64.rem_u (i64.const 1) (i64.const 0))))`],
  ["integer overflow", `(func (export "f") (drop (i32.div_s (i32.const 0x80000000) (i32.const -1))))`],
  ["integer overflow", `(func (export "f") (drop (i32.trunc_f32_s (f32.const 1e30))))`],
  ["invalid conversion to integer", `(func (export "f") (drop (i32.trunc_f32_s (f32.const nan))))`],
  ["out of bounds memory access", `(memory 1) (func (export "f") (drop (i32.load (i32.const 70000))))`],
  ["out of bounds memory access", `(memory 1) (func (export "f")) (data (i32.const 70000) "abc")`],
  [
    "uninitialized element",
    `(type $t (func)) (table 1 funcref) (func (export "f") (call_indirect (type $t) (i32.const 0)))`,
  ],
  [
    "undefined element",
    `(type $t (func)) (table 1 funcref) (func (export "f") (call_indirect (type $t) (i32.const 7)))`,
  ],
  [
    "indirect call type mismatch",
    `(type $t (func (param i32))) (table 1 funcref) (func $g) (elem (i32.const 0) $g)
     (func (export "f") (call_indirect (type $t) (i32.const 0) (i32.const 0)))`,
  ],
  ["out of bounds table access", `(table 1 funcref) (func (export "f") (drop (table.get (i32.const 4))))`],
  ["out of bounds table access", `(table 1 funcref) (func $g (export "f")) (elem (i32.const 5) $g)`],
] as const;

const textOf = (body: string): string => `(component
  (core module $m ${body})
  (core instance $i (instantiate $m))
  (func (export "f") (canon lift (core func $i "f"))))`;

let read: (text: string) => Uint8Array;

beforeAll(async () => {
  read = await assemble(traps.map(([, body]) => textOf(body)));
}, 120_000);

test.each(traps)("here '%s' is of %s", async (phrase, body) => {
  const runtime = new Runtime();
  const run = async (): Promise<unknown> =>
    (await runtime.instance(await runtime.load(read(textOf(body)))).instantiate()).call("f");
  const trap = await run().catch((error: unknown) => error);
  expect(trap).toBeInstanceOf(TrapError);
  const { message } = trap as TrapError;
  expect(message).toStartWith("wasm trap: ");
  expect(message).toContain(phrase);
  expect(message).not.toContain("evaluating");
});
