/** That the runner notices: what is wrong counts as failed, and for the right reason. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assemble } from "../components/assemble.ts";
import { componentTexts, parseScript } from "../components/script-text.ts";
import type { Command } from "./commands.ts";
import { readScripts } from "./commands.ts";
import { runScript } from "./run-script.ts";
import { formatScoreboard } from "./scoreboard.ts";

const folder = mkdtempSync(join(tmpdir(), "conformance-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const component = `(component
  (core module $M
    (func (export "id") (param i32) (result i32) (local.get 0))
    (func (export "trap") unreachable))
  (core instance $m (instantiate $M))
  (func (export "number") (param "a" u32) (result u32) (canon lift (core func $m "id")))
  (func (export "char") (param "a" u32) (result char) (canon lift (core func $m "id")))
  (func (export "trap") (canon lift (core func $m "trap"))))`;

async function run(text: string): Promise<readonly string[]> {
  const commands = parseScript(text);
  const read = await assemble(componentTexts(commands));
  const outcomes = await runScript({ name: "own", commands, read });
  return outcomes.map(({ kind, line, failure }) => `${line} ${kind}: ${failure ?? "passed"}`);
}

test("what is returned is compared, and what is not there is missed", async () => {
  const found = await run(`${component.replaceAll("\n", " ")}
(assert_return (invoke "number" (u32.const 1)) (u32.const 1))
(assert_return (invoke "number" (u32.const 1)) (u32.const 2))
(assert_return (invoke "absent"))
(assert_return (invoke "number"))
(assert_return (invoke "char" (u32.const 0xd800)) (char.const "a"))`);
  expect(found).toEqual([
    "1 valid: passed",
    "2 return: passed",
    "3 return: expected 2, found 1",
    "4 return: Error: there is no instance with a function 'absent'",
    "5 return: Error: 'number' takes 1 arguments",
    "6 return: TrapError: invalid `char` bit pattern",
  ]);
});

test("a trap counts for its words", async () => {
  const found = await run(`(component definition $C ${component.slice("(component".length).replaceAll("\n", " ")}
(component instance $c $C)
(assert_trap (invoke "number" (u32.const 1)) "wasm trap")
(assert_trap (invoke "char" (u32.const 0xd800)) "bit pattern")
(component instance $c $C)
(assert_trap (invoke "char" (u32.const 0xd800)) "other words")
(assert_trap (invoke "absent") "no instance")`);
  expect(found).toEqual([
    "1 valid: passed",
    "2 valid: passed",
    "3 trap: expected 'wasm trap', found 1: was not refused",
    "4 trap: passed",
    "5 valid: passed",
    "6 trap: expected 'other words': TrapError: invalid `char` bit pattern",
    "7 trap: expected 'no instance': Error: there is no instance with a function 'absent'",
  ]);
});

test("a refusal counts for its words, and a valid component is none", async () => {
  const found = await run(`(assert_invalid (component (type (flags))) "at least one")
(assert_invalid (component (type (flags))) "too many")
(assert_invalid (component) "anything")
(assert_malformed (component binary "\\00asm") "unexpected end")
(component (type (flags)))
(assert_return (invoke "f"))`);
  expect(found.map((line) => line.replace(/\(at offset.*/, ""))).toEqual([
    "1 invalid: passed",
    "2 invalid: expected 'too many': ValidationError: flags must have at least one entry ",
    "3 invalid: expected 'anything': was not refused",
    "4 malformed: passed",
    "5 valid: ValidationError: flags must have at least one entry ",
    "6 return: Error: there is no instance with a function 'f'",
  ]);
});

test("converted scripts of a folder, as a table", async () => {
  const bytes = (await assemble([component]))(component);
  const action = (value: string) => ({ type: "invoke", field: "number", args: [{ type: "u32", value }] });
  const commands: readonly Command[] = [
    { type: "module", line: 1, filename: "one.0.wasm", module_type: "binary" },
    { type: "assert_return", line: 2, action: action("1"), expected: [{ type: "u32", value: "1" }] },
    { type: "assert_return", line: 3, action: action("1"), expected: [{ type: "u32", value: "2" }] },
    { type: "assert_malformed", line: 4, filename: "one.1.wat", module_type: "text", text: "words" },
  ];
  mkdirSync(join(folder, "values"));
  writeFileSync(join(folder, "values/one.json"), JSON.stringify({ commands }));
  writeFileSync(join(folder, "values/one.0.wasm"), bytes);
  writeFileSync(join(folder, "two.json"), JSON.stringify({ commands: [] }));
  const scripts = readScripts(folder);
  expect(scripts.map(({ name }) => name)).toEqual(["two", "values/one"]);
  const ran = await Promise.all(
    scripts.map(async (script) => ({ name: script.name, outcomes: await runScript(script) })),
  );
  expect(formatScoreboard(ran)).toBe(`script      valid  return  trap  invalid  malformed  all
two             -       -     -        -          -    -
values/one    1/1     1/2     -        -          -  2/3
all           1/1     1/2     -        -          -  2/3

not about binaries, and not counted: 1
`);
});
