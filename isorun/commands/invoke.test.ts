/** `--invoke` with values of every type, and where it points if they do not fit. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertValidEnvelope } from "@vivarium/cli/testing/validate-output";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { runCommand } from "./run.ts";
import { runIsorun } from "./testing/run-isorun.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-invoke-"));
const place = { home: join(scratch, "home"), cwd: scratch };

/** Gives back what it takes, which is too much for parameters and so in memory. */
const sameText = `(component
  (type $variant (variant (case "a" u8) (case "b")))
  (export $variant' "v" (type $variant))
  (type $record (record (field "x" s8) (field "y-z" (option char))))
  (export $record' "r" (type $record))
  (type $flags (flags "p" "q-r"))
  (export $flags' "f" (type $flags))
  (type $enum (enum "one" "two"))
  (export $enum' "e" (type $enum))
  (type $all (tuple bool s8 u8 s16 u16 s32 u32 s64 u64 f32 f64 char string (list u8) (list string)
    $variant' $record' $flags' $enum' (option (option u8)) (result u8 (error string)) (result) (tuple u8)
    (map string u32)))
  (core module $m
    (memory (export "mem") 2)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $start i32)
      (local.set $start (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get $start) (local.get 3)))
      (local.get $start))
    (func (export "same") (param i32) (result i32) (local.get 0)))
  (core instance $i (instantiate $m))
  (func (export "same") (param "it" $all) (result $all)
    (canon lift (core func $i "same") (memory (core memory $i "mem")) (realloc (core func $i "realloc")))))`;

beforeAll(async () => {
  copyFileSync((await assembleFiles([sameText]))(sameText), join(scratch, "same.wasm"));
}, 120_000);
afterAll(() => rmSync(scratch, { recursive: true }));

const numbers = "true, -128, 255, -32768, 65535, -2147483648, 4294967295, -9223372036854775808, 18446744073709551615";
const value =
  `(${numbers}, nan, -inf, '\\'', "q\\"\\\\😀\\n", [1, 2], ["", "a,(b)"], a(7), {x: -1, y-z: some('💥')}, ` +
  '{p, q-r}, two, some(none), err("no"), ok, (9), {"k": 1})';

test("a value of all types comes back as it was written", async () => {
  const call = `  same (\n${value.replace("😀", "\\u{1F600}").replaceAll(", ", " ,\t")} )`;
  const ended = await runIsorun(["run", "same.wasm", "--invoke", call], place);
  expect(ended).toEqual({ stdout: `${value}\n`, stderr: "", exitCode: 0 });
  const { stdout } = await runIsorun(["run", "same.wasm", "--invoke", call, "--format=json"], place);
  expect(await assertValidEnvelope(stdout, runCommand)).toMatchObject({ detail: { entry: "same", result: value } });
});

test.each([
  ["same((true, -129))", "expected s8 (an integer from -128 to 127), found '-129' (line 1, column 13)", 12],
  ['same((true,\n "two"))', "found '\"two\"' (line 2, column 2)", 1],
  ["same((true, 1, 2", "(line 1, column 17)", 16],
  ["same(()", "(line 1, column 8)", 7],
  ['same("\\u{D800}")', "found '\\u{D800}' (line 1, column 7)", 6],
])("%s is pointed at", async (call, words, column) => {
  const { stderr, exitCode } = await runIsorun(["run", "same.wasm", "--invoke", call], place);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(words);
  const [, text, caret] = stderr.split("\n");
  expect(text?.slice(0, 4)).toBe("  | ");
  expect(caret).toBe(`  | ${" ".repeat(column)}^`);
});
