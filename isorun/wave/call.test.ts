/** A text is read, given to a component, comes back and is written: values are those that calls take and give. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { Component } from "../runtime/component.ts";
import { Runtime } from "../runtime/runtime.ts";
import { formatWave } from "./format.ts";
import { parseArguments, parseInvocation } from "./parse.ts";

/** So many parameters stand in memory, and the function returns the address of what it was given. */
const mirror = `(component
  (core module $m
    (memory (export "mem") 1)
    (global $next (mut i32) (i32.const 64))
    (func (export "realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get $at) (local.get $new)))
      (local.get $at))
    (func (export "same") (param i32) (result i32) (local.get 0)))
  (core instance $i (instantiate $m))
  (type $direction' (enum "north-east" "none"))
  (export $direction "direction" (type $direction'))
  (type $access' (flags "read" "write-all"))
  (export $access "access" (type $access'))
  (type $shape' (variant (case "circle" f32) (case "ok" string) (case "empty")))
  (export $shape "shape" (type $shape'))
  (type $all' (record
    (field "is-true" bool) (field "small" s8) (field "big" u64) (field "real" f64) (field "letter" char)
    (field "text" string) (field "numbers" (list u16)) (field "words" (list string)) (field "pair" (tuple u8 s64))
    (field "direction" $direction) (field "access" $access) (field "shapes" (list $shape))
    (field "maybe" (option u8)) (field "twice" (option (option u8))) (field "outcome" (result u8 (error string)))
    (field "done" (result))))
  (export $all "all" (type $all'))
  (func (export "same") (param "all" $all) (result $all)
    (canon lift (core func $i "same") (memory (core memory $i "mem")) (realloc (core func $i "realloc")))))`;

const required = `is-true: true, small: -128, big: 18446744073709551615, real: -inf, letter: '🦊', text: "a\\n\\"b\\""`;
const lists = `numbers: [0, 65535], words: ["", "x"], pair: (255, -9223372036854775808)`;
const named = `direction: %none, access: {write-all}, shapes: [circle(0.1), %ok("x"), empty]`;

let component: Component;

beforeAll(async () => {
  const bytes = await assemble([mirror]);
  component = await new Runtime().load(bytes(mirror));
});

test.each([
  `{${required}, ${lists}, ${named}, maybe: some(1), twice: some(some(2)), outcome: ok(3), done: ok}`,
  `{${required}, ${lists}, ${named}, twice: some(none), outcome: err("no"), done: err}`,
  `{${required}, ${lists}, ${named}, outcome: ok(0), done: ok}`,
])("same(%s)", async (text) => {
  const { name, arguments: range } = parseInvocation(`same(${text})`);
  const type = component.exports.get(name);
  if (type?.kind !== "func" || type.result === undefined) throw new Error("the function is missing");
  const instance = await new Runtime().instance(component).instantiate();
  expect(formatWave(await instance.call(name, parseArguments(range, type)), type.result)).toBe(text);
});
