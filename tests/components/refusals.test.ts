/** What is said of values that do not fit: the function, the place in the value, what is wanted, and what was found. */
import { beforeAll, expect, test } from "bun:test";
import { ComponentError } from "../../isorun/errors/errors.ts";
import { thrownBy } from "../../isorun/errors/testing/failure-of.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { assemble, readOwnComponents } from "./assemble.ts";

/** `imports` gives what `deep` is answered with by the host; `deep` and `many` take what is nested, or is spilled. */
const text = `(component
  (type $point' (record (field "x-at" u8) (field "names" (list string))))
  (import "point" (type $point (eq $point')))
  (type $choice' (variant (case "none") (case "points" (list $point))))
  (import "choice" (type $choice (eq $choice')))
  (import "get-deep" (func $get (result (list $choice))))
  (core module $m
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "take") (param i32 i32))
    (func (export "many") (param i32)))
  (core instance $i (instantiate $m))
  (core func $get (canon lower (func $get) (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
  (core module $caller (import "" "get" (func $get (param i32))) (func (export "run") (call $get (i32.const 0))))
  (core instance $c (instantiate $caller (with "" (instance (export "get" (func $get))))))
  (func (export "run") (canon lift (core func $c "run")))
  (func (export "deep") (param "all" (list $choice))
    (canon lift (core func $i "take") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
  (func (export "maps") (param "m" (map string (option (option u16))))
    (canon lift (core func $i "take") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
  (func (export "many") (param "a" (tuple u64 u64 u64 u64 u64 u64 u64 u64 u64)) (param "b" (list s8 9))
    (canon lift (core func $i "many") (memory (core memory $i "mem")) (realloc (core func $i "realloc")))))`;

let scalars: InstanceHandle;
let nested: InstanceHandle;
let answer: unknown;

const makeNested = async (): Promise<InstanceHandle> => {
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load((await assemble([text]))(text)));
  return builder.linkHost((linker) => linker.func("get-deep", () => answer)).instantiate();
};

beforeAll(async () => {
  const runtime = new Runtime();
  const bytes = (await readOwnComponents("hostile")).get("exports") ?? new Uint8Array();
  scalars = await runtime.instance(await runtime.load(bytes)).instantiate();
  nested = await makeNested();
});

const u32 = "u32 (an integer from 0 to 4294967295)";
const u8 = "u8 (an integer from 0 to 255)";
const u64 = "u64 (a bigint from 0n to 18446744073709551615n)";
const char = "char (a string of one Unicode scalar value)";
const string = "string (a string of Unicode scalar values)";
const unpaired = "one with an unpaired surrogate";
const point = (x: unknown, names: unknown = []) => ({
  tag: "points",
  val: [
    { xAt: 1, names: [] },
    { xAt: x, names },
  ],
});

const refused: readonly (readonly [func: string, args: readonly unknown[], words: string])[] = [
  ["u32", [1n], `args[0] ('a') must be ${u32}, found 1n`],
  ["u32", [Number.NaN], `args[0] ('a') must be ${u32}, found NaN`],
  ["u32", [1.5], `args[0] ('a') must be ${u32}, found 1.5`],
  ["u32", [-1], `args[0] ('a') must be ${u32}, found -1`],
  ["u32", [2 ** 32], `args[0] ('a') must be ${u32}, found 4294967296`],
  ["u32", ["1"], `args[0] ('a') must be ${u32}, found '1'`],
  ["u32", [{ valueOf: () => 1 }], `args[0] ('a') must be ${u32}, found an object`],
  ["u32", [Symbol("1")], `args[0] ('a') must be ${u32}, found a symbol`],
  ["u32", [undefined], `args[0] ('a') must be ${u32}, found undefined`],
  ["u32", [1n << 4096n], `args[0] ('a') must be ${u32}, found a bigint of more than 256 bits`],
  ["u64", [1], `args[0] ('a') must be ${u64}, found 1`],
  ["u64", [-1n], `args[0] ('a') must be ${u64}, found -1n`],
  ["f32", [1e300], "args[0] ('a') must be f32 (a number that fits 32 bits), found 1e+300"],
  ["f64", [1n], "args[0] ('a') must be f64 (a number), found 1n"],
  ["bool", [0], "args[0] ('a') must be bool (true or false), found 0"],
  ["char", ["ab"], `args[0] ('a') must be ${char}, found 'ab'`],
  ["char", ["\ud800"], `args[0] ('a') must be ${char}, found '\ufffd'`],
  ["string", [5], `args[0] ('a') must be ${string}, found 5`],
  ["string", ["a\ud800"], `args[0] ('a') must be ${string}, found ${unpaired}`],
  ["string-16", ["\udc00"], `args[0] ('a') must be ${string}, found ${unpaired}`],
  ["strings", [["a", "b\udc00"]], `args[0][1] ('a') must be ${string}, found ${unpaired}`],
  ["bytes", [new Uint16Array([1, 256])], `args[0][1] ('a') must be ${u8}, found 256`],
  ["bytes", [[1, 2, 3n]], `args[0][2] ('a') must be ${u8}, found 3n`],
  ["bytes", ["abc"], "args[0] ('a') must be list<u8> (an iterable object), found 'abc'"],
  ["bytes", [{ [Symbol.iterator]: 1 }], "args[0] ('a') must be list<u8> (an iterable object), found an object"],
  ["longs", [new Float64Array([1])], `args[0][0] ('a') must be ${u64}, found 1`],
  ["give-point", [{ x: 1, yZ: "2" }], `args[0].yZ ('a') must be ${u8}, found '2'`],
  ["points", [[{ x: 1, yZ: 2 }, { x: 300 }]], `args[0][1].x ('a') must be ${u8}, found 300`],
  ["tuple", [[1, 256]], `args[0][1] ('a') must be ${u8}, found 256`],
  ["tuple", [[1]], "args[0] ('a') must be tuple<u8, u8> (an iterable object of 2 items), found one of 1 item"],
  ["fixed", [[1, 2, 3]], "args[0] ('a') must be list<u8, 2> (an iterable object of 2 items), found one of more"],
  ["flags", [{ constructor: 1 }], "args[0].constructor ('a') must be bits (true, false or absent), found 1"],
  [
    "flags",
    [{ unknown: true }],
    "args[0] ('a') must be bits (an object of true and false by the names of flags), found one with 'unknown'",
  ],
  ["enum", ["up"], "args[0] ('a') must be kind (one of 'left', 'right'), found 'up'"],
  ["variant", [{ tag: "N" }], "args[0].tag ('a') must be choice (one of 'n', 'none'), found 'N'"],
  ["variant", [{ tag: "n", val: -1 }], `args[0].val ('a') must be ${u8}, found -1`],
  ["option", [null], `args[0] ('a') must be ${u8}, found null; where there is no value, it is undefined`],
  [
    "map",
    [[["a", 1], ["b"]]],
    "args[0] ('a') must be map<string, u8> (a Map, or an iterable object of pairs), found one whose item 1 is no pair",
  ],
  ["map", [new Map([["a", 256]])], `args[0][0][1] ('a') must be ${u8}, found 256`],
  ["u8", [], "expected 1 argument, found 0"],
  ["u8", [1, 2], "expected 1 argument, found 2"],
];

const messageOf = (error: unknown): string =>
  error instanceof TypeError ? error.message : `no TypeError: ${String(error)}`;

test.each(refused)("'%s' of %p", async (name, args, words) => {
  const message = `'${name}': ${words}`;
  expect(messageOf(thrownBy(() => scalars.func(name)(...args)))).toBe(message);
  const later = await scalars.call(name, args).catch((error: unknown) => error);
  expect(messageOf(later)).toBe(message);
  expect(scalars.state).toBe("ready");
});

const deep: readonly (readonly [func: string, args: readonly unknown[], words: string])[] = [
  ["deep", [[{ tag: "none" }, point(256)]], `args[0][1].val[1].xAt ('all') must be ${u8}, found 256`],
  ["deep", [[point(2, ["a", "b", 3])]], `args[0][0].val[1].names[2] ('all') must be ${string}, found 3`],
  [
    "maps",
    [new Map([["a", { tag: "some", val: -1 }]])],
    "args[0][0][1].val ('m') must be u16 (an integer from 0 to 65535), found -1",
  ],
  ["many", [[1n, 2n, 3, 4n, 5n, 6n, 7n, 8n, 9n], []], `args[0][2] ('a') must be ${u64}, found 3`],
  [
    "many",
    [new BigUint64Array(9), [0, 1, 2, 3, 4, 5, 6, 7, 128]],
    "args[1][8] ('b') must be s8 (an integer from -128 to 127), found 128",
  ],
];

test.each(deep)("'%s' of what is nested", (name, args, words) => {
  expect(messageOf(thrownBy(() => nested.func(name)(...args)))).toBe(`'${name}': ${words}`);
  expect(nested.state).toBe("ready");
});

test("what a function of the host answers is told by its name", async () => {
  const handle = await makeNested();
  answer = [point(2, [undefined])];
  const trap = thrownBy(() => handle.func("run")());
  const words = `the result[0].val[1].names[0] must be ${string}, found undefined`;
  expect(trap).toMatchObject({ code: "trap", message: `a function of the host failed: 'get-deep': ${words}` });
});

const sided = `(component
  (type $entry' (record (field "id" u64) (field "name" string)))
  (import "entry" (type $entry (eq $entry')))
  (import "one" (func $one (result (result $entry (error $entry)))))
  (import "small" (func $small (result (result u8 (error u8)))))
  (core module $m
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $i (instantiate $m))
  (core func $one (canon lower (func $one) (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
  (core func $small (canon lower (func $small) (memory (core memory $i "mem"))))
  (core module $caller
    (import "" "one" (func $one (param i32)))
    (import "" "small" (func $small (param i32)))
    (func (export "one") (call $one (i32.const 0)))
    (func (export "small") (call $small (i32.const 0))))
  (core instance $c (instantiate $caller (with "" (instance
    (export "one" (func $one)) (export "small" (func $small))))))
  (func (export "one") (canon lift (core func $c "one")))
  (func (export "small") (canon lift (core func $c "small"))))`;

const thrower = (payload: unknown) => (): never => {
  throw new ComponentError(payload);
};

test.each<[string, () => unknown, string]>([
  ["one", () => ({ id: 5, name: "a" }), `the result.id must be ${u64}, found 5`],
  ["one", () => ({ tag: "ok", val: { id: 5n } }), `the result.id must be ${u64}, found undefined`],
  ["one", thrower({ id: 5n }), `the error's payload.name must be ${string}, found undefined`],
  ["small", () => 256, "the result must be u8 (an integer from 0 to 255), found 256"],
  ["small", thrower("no"), "the error's payload must be u8 (an integer from 0 to 255), found 'no'"],
])("the sides of the result of '%s' are where a host gives them", async (name, give, words) => {
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load((await assemble([sided]))(sided)));
  const handle = await builder.linkHost((linker) => linker.func("one", give).func("small", give)).instantiate();
  const trap = thrownBy(() => handle.func(name)());
  expect(trap).toMatchObject({ code: "trap", message: `a function of the host failed: '${name}': ${words}` });
});

const named = `(component
  (type $r' (resource (rep i32)))
  (export $r "ticket" (type $r'))
  (type $point' (record (field "x" u8)))
  (export $point "point" (type $point'))
  (type $string' (list $point))
  (export $string "string" (type $string'))
  (core module $m
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "one") (param i32))
    (func (export "two") (param i32 i32)))
  (core instance $i (instantiate $m))
  (func (export "lend") (param "x" (borrow $r)) (canon lift (core func $i "one")))
  (func (export "give") (param "x" (own $r)) (canon lift (core func $i "one")))
  (func (export "show") (param "x" $point) (canon lift (core func $i "one")))
  (func (export "some") (param "x" (option $point)) (canon lift (core func $i "two")))
  (func (export "all") (param "x" $string)
    (canon lift (core func $i "two") (memory (core memory $i "mem")) (realloc (core func $i "realloc")))))`;

test.each([
  ["lend", "'lend': args[0] ('x') must be borrow<ticket>"],
  ["give", "'give': args[0] ('x') must be ticket"],
  ["show", "'show': args[0] ('x') must be point"],
  ["some", "'some': args[0] ('x') must be point"],
  ["all", "'all': args[0] ('x') must be %string"],
] as const)("types are told by the names that the component gives them: '%s'", async (name, words) => {
  const runtime = new Runtime();
  const handle = await runtime.instance(await runtime.load((await assemble([named]))(named))).instantiate();
  expect(messageOf(thrownBy(() => handle.func(name)(5)))).toStartWith(`${words} (`);
});
