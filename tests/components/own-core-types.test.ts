/** Core functions that the canonical ABI calls, of types that are not the one which their signature stands for. */
import { expect, test } from "bun:test";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { assemble } from "./assemble.ts";

const component = (type: string, body: string): string => `(component
  (core module $m ${type} (memory (export "mem") 1)
    (func (export "own") (type $t) unreachable)
    (func (export "take") (param i32 i32))
    (func (export "give")))
  (core instance $i (instantiate $m))
  ${body})`;

const realloc = "(func (param i32 i32 i32 i32) (result i32))";
const taking = `(func (export "take") (param "x" string)
  (canon lift (core func $i "take") (memory (core memory $i "mem")) (realloc (core func $i "own"))))`;

const uses: readonly (readonly [what: string, type: string, body: string])[] = [
  ["realloc", realloc, taking],
  [
    "post-return",
    "(func)",
    '(func (export "give") (canon lift (core func $i "give") (post-return (core func $i "own"))))',
  ],
  ["a destructor", "(func (param i32))", '(type (resource (rep i32) (dtor (core func $i "own"))))'],
];

const textsOf = ([, type, body]: (typeof uses)[number]) => ({
  plain: component(`(type $t ${type})`, body),
  open: component(`(type $t (sub ${type}))`, body),
  grouped: component(`(rec (type $t ${type}) (type (struct)))`, body),
});
const read = await assemble(uses.flatMap((use) => Object.values(textsOf(use))));

test.each(uses)("%s", async (what, type, body) => {
  const { plain, open, grouped } = textsOf([what, type, body]);
  await new Runtime().load(read(plain));
  for (const text of [open, grouped]) {
    const refusal = await new Runtime().load(read(text)).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "unsupported", message: expect.stringContaining("with a type of its own") });
  }
});
