/**
 * Instances linked to each other in more ways than one: what a call tells of the instances that it is in is the way that it
 * went, not the order in which they were linked.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { CallContext } from "../call/task.ts";
import { TrapError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const host = 0;
const trap = 7;
const digitBits = 3;

/** The levels below, the lowest first; `reversed` imports them the other way round. */
const below = (level: number, isReversed: boolean): number[] => {
  const levels = Array.from({ length: level - 1 }, (_, index) => index + 1);
  return isReversed ? levels.reverse() : levels;
};

/**
 * Imports all levels below and the host's function. What it is called with says the way: each digit names the level that
 * is called next, or what the last one does.
 */
function levelText(level: number, isReversed: boolean): string {
  const levels = below(level, isReversed);
  const lines = (each: (name: string, digit: number) => string): string =>
    [each("host", host), ...levels.map((to) => each(`level${to}`, to))].join("\n");
  return `(component $level${level}
    ${lines((name) => `(import "${name}" (func $${name} (param "way" u32)))`)}
    ${lines((name) => `(core func $${name} (canon lower (func $${name})))`)}
    (core module $m
      ${lines((name) => `(import "" "${name}" (func $${name} (param i32)))`)}
      (func $go${level} (export "go") (param $way i32) (local $next i32)
        (local.set $next (i32.and (local.get $way) (i32.const 7)))
        (local.set $way (i32.shr_u (local.get $way) (i32.const ${digitBits})))
        (if (i32.eq (local.get $next) (i32.const ${trap})) (then unreachable))
        ${lines((name, digit) => `(if (i32.eq (local.get $next) (i32.const ${digit})) (then (call $${name} (local.get $way))))`)}))
    (core instance $i (instantiate $m (with "" (instance
      ${lines((name) => `(export "${name}" (func $${name}))`)}))))
    (func $go (param "way" u32) (canon lift (core func $i "go")))
    (export "level${level}" (func $go)) (export "go" (func $go)))`;
}

/** Owns what another one defines, whose destructor asks the host; both are called by the one that links both. */
const documents = `(component $documents
  (import "host" (func $host (param "way" u32)))
  (core func $host (canon lower (func $host)))
  (core module $d (import "" "host" (func $host (param i32)))
    (func $end (export "end") (param i32)
      (call $host (local.get 0)) (if (i32.eq (local.get 0) (i32.const ${trap})) (then unreachable))))
  (core instance $d (instantiate $d (with "" (instance (export "host" (func $host))))))
  (type $t (resource (rep i32) (dtor (core func $d "end"))))
  (core func $new (canon resource.new $t))
  (core module $m (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
  (component $shape
    (import "t" (type $t (sub resource)))
    (import "make" (func $make (param "way" u32) (result (own $t))))
    (export $s "t" (type $t))
    (export "make" (func $make) (func (param "way" u32) (result (own $s)))))
  (func $make (param "way" u32) (result (own $t)) (canon lift (core func $i "make")))
  (instance $docs (instantiate $shape (with "t" (type $t)) (with "make" (func $make))))
  (export "docs" (instance $docs)))`;

const docs = `(import "docs" (instance $docs
    (export "t" (type $t (sub resource))) (export "make" (func (param "way" u32) (result (own $t))))))
  (alias export $docs "t" (type $t))`;

const shelf = `(component $shelf ${docs}
  (core func $drop (canon resource.drop $t))
  (core module $m (import "" "drop" (func $drop (param i32)))
    (func $eat (export "eat") (param i32) (call $drop (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance (export "drop" (func $drop))))))
  (func (export "eat") (param "t" (own $t)) (canon lift (core func $i "eat"))))`;

const reader = `(component $reader ${docs}
  (import "eat" (func $eat (param "t" (own $t))))
  (core func $make (canon lower (func $docs "make")))
  (core func $eat (canon lower (func $eat)))
  (core func $drop (canon resource.drop $t))
  (core module $m
    (import "" "make" (func $make (param i32) (result i32))) (import "" "eat" (func $eat (param i32)))
    (import "" "drop" (func $drop (param i32)))
    (func $give (export "give") (param i32) (call $eat (call $make (local.get 0))))
    (func $keep (export "keep") (param i32) (call $drop (call $make (local.get 0)))))
  (core instance $i (instantiate $m (with "" (instance
    (export "make" (func $make)) (export "eat" (func $eat)) (export "drop" (func $drop))))))
  (func (export "give") (param "way" u32) (canon lift (core func $i "give")))
  (func (export "keep") (param "way" u32) (canon lift (core func $i "keep"))))`;

const levelMax = 5;
const levels = Array.from({ length: levelMax }, (_, index) => index + 1);

let runtime: Runtime;
let read: (text: string) => Uint8Array;

beforeAll(async () => {
  runtime = new Runtime();
  const both = levels.flatMap((level) => [levelText(level, false), levelText(level, true)]);
  read = await assemble([...both, documents, shelf, reader]);
}, 120_000);

afterAll(() => runtime.close());

type See = (way: number, context: CallContext) => unknown;

/** One of each level, the lowest first. */
async function tower(isReversed: boolean, see: See = () => undefined): Promise<readonly InstanceHandle[]> {
  const made: InstanceHandle[] = [];
  for (const level of levels) {
    const builder = runtime.instance(await runtime.load(read(levelText(level, isReversed))));
    builder.linkHost((linker) => linker.func("host", (way: number, context: CallContext) => see(way, context)));
    for (const to of below(level, isReversed)) {
      builder.linkLocal(`level${to}`, made[to - 1] ?? expect.unreachable("a level that is not made yet"));
    }
    made.push(await builder.instantiate());
  }
  return made;
}

const topOf = (made: readonly InstanceHandle[]): InstanceHandle => made.at(-1) ?? expect.unreachable("no levels");

/** All ways down from the top. */
const ways: readonly (readonly number[])[] = Array.from({ length: 2 ** (levelMax - 1) }, (_, subset) =>
  levels.filter((level) => level < levelMax && (subset & (1 << (level - 1))) !== 0).reverse(),
);

const wayOf = (way: readonly number[], last: number): number =>
  [...way, last].reduceRight((rest, digit) => (rest << digitBits) | digit, 0);

/** Levels of the instances that a chain names: instances of one tower are made one after the other. */
const levelsIn = (chain: readonly string[], first: number): number[] =>
  chain.slice(1).map((name) => numberIn(name) - first + 1);

const numberIn = (name: string): number => Number(/^instance-(\d+)(?:@|$)/.exec(name)?.[1]);

const chainThrough = (way: readonly number[]): number[] => [levelMax, ...way];

/** As chains number them. */
async function firstOf(see: { next: See }, made: readonly InstanceHandle[]): Promise<number> {
  let name = "";
  see.next = (_, { chain }) => void (name = chain[1] ?? "");
  await made[0]?.call("go", [host]);
  return numberIn(name);
}

test.each([false, true])(
  "a chain names instances in the order of the calls; imports reversed: %p",
  async (isReversed) => {
    const see: { next: See } = { next: () => undefined };
    const made = await tower(isReversed, (way, context) => see.next(way, context));
    const first = await firstOf(see, made);
    const chains: (readonly string[])[] = [];
    see.next = (_, { chain }) => void chains.push(chain);
    for (const way of ways) await topOf(made).call("go", [wayOf(way, host)]);
    expect(chains.map((chain) => levelsIn(chain, first))).toEqual(ways.map(chainThrough));
    chains.length = 0;
    for (const way of ways) topOf(made).func("go")(wayOf(way, host));
    expect(chains.map((chain) => levelsIn(chain, first))).toEqual(ways.map(chainThrough));
  },
);

test("behind an await too, where others run meanwhile", async () => {
  const see: { next: See } = { next: () => undefined };
  const made = await tower(false, (way, context) => see.next(way, context));
  const first = await firstOf(see, made);
  for (const way of ways) {
    let after: readonly string[] = [];
    see.next = async (_, context) => {
      await Promise.resolve();
      after = context.chain;
    };
    await topOf(made).call("go", [wayOf(way, host)]);
    expect(levelsIn(after, first)).toEqual(chainThrough(way));
  }
});

test.each([false, true])("frames of a trap are those of the call's way; imports reversed: %p", async (isReversed) => {
  for (const way of ways) {
    const made = await tower(isReversed);
    const end = await failureOf(topOf(made).call("go", [wayOf(way, trap)]));
    const { frames } = end as TrapError; // expected of it below
    expect(end).toBeInstanceOf(TrapError);
    const lines = frames.map(({ component, func }) => `${component} ${func}`);
    expect(lines).toEqual(
      chainThrough(way)
        .map((level) => `level${level} go${level}`)
        .reverse(),
    );
    const numbers = frames.map(({ instance }) => numberIn(instance));
    expect(numbers).toEqual(
      chainThrough(way)
        .map((level) => (numbers.at(-1) ?? 0) - levelMax + level)
        .reverse(),
    );
    const states = levels.map((level) => (chainThrough(way).includes(level) ? "trapped" : "ready"));
    expect(made.map(({ state }) => state)).toEqual(states);
  }
});

test("a trap behind a suspension", async () => {
  const see: See = async () => {
    await Promise.resolve();
    throw new Error("late");
  };
  for (const way of ways) {
    const { frames } = (await failureOf(topOf(await tower(false, see)).call("go", [wayOf(way, host)]))) as TrapError;
    const lines = frames.map(({ component, func }) => `${component} ${func}`);
    expect(lines).toEqual(
      chainThrough(way)
        .map((level) => `level${level} go${level}`)
        .reverse(),
    );
  }
});

test("a call that comes back by another way is told with the way that it went", async () => {
  const see: { next: See } = { next: () => undefined };
  const made = await tower(false, (way, context) => see.next(way, context));
  const first = await firstOf(see, made);
  for (const way of ways.slice(1)) {
    for (const back of chainThrough(way)) {
      const calling = made[back - 1] ?? expect.unreachable("no such level");
      see.next = async (_, context) => {
        const { message } = (await failureOf(calling.call("go", [host], { context }))) as Error;
        const names = message.replace(/^.*comes back: /, "").split(" → ");
        expect(levelsIn(names, first)).toEqual([...chainThrough(way), back]);
      };
      await topOf(made).call("go", [wayOf(way, host)]);
    }
  }
});

test("a chain tells of where the call is now, not of where it was when somebody looked first", async () => {
  const chains: number[] = [];
  const twice = `(component $twice
    (import "host" (func $host (param "way" u32)))
    (import "level1" (func $other (param "way" u32)))
    (core func $host (canon lower (func $host))) (core func $other (canon lower (func $other)))
    (core module $m (import "" "host" (func $host (param i32))) (import "" "other" (func $other (param i32)))
      (func (export "run") (call $other (i32.const 0)) (call $host (i32.const 0)) (call $other (i32.const 0))))
    (core instance $i (instantiate $m (with "" (instance (export "host" (func $host)) (export "other" (func $other))))))
    (func (export "run") (canon lift (core func $i "run"))))`;
  const look = (_way: number, { chain }: CallContext): void => void chains.push(chain.length);
  const bytes = (await assemble([twice]))(twice);
  const lower = await runtime
    .instance(await runtime.load(read(levelText(1, false))))
    .linkHost((linker) => linker.func("host", look))
    .instantiate();
  const upper = await runtime
    .instance(await runtime.load(bytes))
    .linkLocal("level1", lower)
    .linkHost((linker) => linker.func("host", look))
    .instantiate();
  await upper.call("run");
  expect(chains).toEqual([3, 2, 3]);
});

/** The one that defines a resource, the one that drops it, and the one that links both. */
async function library(see: See): Promise<InstanceHandle> {
  const defining = await runtime
    .instance(await runtime.load(read(documents)))
    .linkHost((linker) => linker.func("host", (way: number, context: CallContext) => see(way, context)))
    .instantiate();
  const dropping = await runtime
    .instance(await runtime.load(read(shelf)))
    .linkLocal("docs", defining)
    .instantiate();
  return runtime
    .instance(await runtime.load(read(reader)))
    .linkLocal("docs", defining)
    .linkLocal("eat", dropping)
    .instantiate();
}

test("a destructor is called by who drops, whoever else is linked to it", async () => {
  const chains: number[][] = [];
  const top = await library((_, { chain }) => void chains.push(chain.slice(1).map(numberIn)));
  await top.call("give", [1]);
  await top.call("keep", [1]);
  const [[outer = 0] = []] = chains;
  expect(chains).toEqual([
    [outer, outer - 1, outer - 2],
    [outer, outer - 2],
  ]);
});

test.each([
  ["give", ["documents end", "shelf eat", "reader give"]],
  ["keep", ["documents end", "reader keep"]],
])("frames of a destructor that traps, by '%s'", async (name, lines) => {
  for (const see of [() => undefined, () => Promise.resolve()]) {
    const { frames } = (await failureOf((await library(see)).call(name, [trap]))) as TrapError; // expected below
    expect(frames.map(({ component, func }) => `${component} ${func}`)).toEqual([...lines]);
  }
});
