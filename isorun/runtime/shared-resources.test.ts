/** One resource that an instance is given by two others: each of them imports it too, or one of them defines it. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted, LinkError, TrapError } from "../errors/errors.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";
import {
  abstractMiddle,
  type Consumer,
  consumers,
  definer,
  isOuter,
  isThat,
  middle,
} from "./testing/shared-resource-texts.ts";

/** Both, where the second one has a function more that does not fit. */
const asking = `(component
  (import "a:a/types" (instance $types (export "r" (type $r (sub resource)))))
  (alias export $types "r" (type $r))
  (import "a:b/api" (instance ${isThat("$r")}
    (export "make" (func (param "n" u32) (result (own $r))))
    (export "look" (func (param "r" (borrow $r)) (result u64))))))`;

/** Serves by two interfaces what is one to itself. */
const divided = `(component
  (type $r' (resource (rep i32)))
  (export $r "r" (type $r'))
  (core func $new (canon resource.new $r'))
  (core module $m
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (result i32) (call $new (i32.const 7)))
    (func (export "look") (param i32) (result i32) (local.get 0)))
  (core instance $m (instantiate $m (with "" (instance (export "new" (func $new))))))
  (func $make (result (own $r)) (canon lift (core func $m "make")))
  (func $look (param "r" (borrow $r)) (result u32) (canon lift (core func $m "look")))
  (instance $x (export "r" (type $r)) (export "make" (func $make)))
  (instance $y (export "look" (func $look)))
  (export "x" (instance $x))
  (export "y" (instance $y)))`;

const askingDivided = `(component
  (import "x" (instance $x (export "r" (type $r (sub resource))) (export "make" (func (result (own $r))))))
  (alias export $x "r" (type $r))
  (import "y" (instance $y ${isOuter("$r")} (export "look" (func (param "r" (borrow $r)) (result u32)))))
  (core func $make (canon lower (func $x "make")))
  (core func $look (canon lower (func $y "look")))
  (core module $m
    (import "" "make" (func $make (result i32)))
    (import "" "look" (func $look (param i32) (result i32)))
    (func (export "run") (result i32) (call $look (call $make))))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "look" (func $look))))))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))`;

/** Asks for something else first. */
const askingFirst = askingDivided.replace("(component", '(component (import "first" (func))');

const kinds = Object.keys(consumers) as Consumer[];

const texts = [
  ...["a:a/types", "a:b/api"].map(definer),
  middle,
  abstractMiddle,
  asking,
  divided,
  askingDivided,
  askingFirst,
  ...Object.values(consumers),
];
let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble(texts);
});

interface Scene {
  readonly runtime: Runtime;
  readonly a: InstanceHandle;
  readonly b: InstanceHandle;
}

async function sceneOf(runtime = new Runtime(), budgets: { readonly a?: Budget; readonly b?: Budget } = {}) {
  const a = await runtime
    .instance(await runtime.load(bytesOf(definer("a:a/types"))))
    .budget(budgets.a ?? {})
    .instantiate();
  const b = await runtime
    .instance(await runtime.load(bytesOf(middle)))
    .budget(budgets.b ?? {})
    .linkLocal("a:a/types", a)
    .instantiate();
  return { runtime, a, b };
}

const builderOf = async ({ runtime }: Scene, kind: Consumer) =>
  runtime.instance(await runtime.load(bytesOf(consumers[kind])));

const destroyedIn = ({ a }: Scene): unknown => a.func("a:a/types#destroyed")();

const handlesOf = (...instances: readonly InstanceHandle[]): readonly number[] =>
  instances.map((instance) => instance.usage().handles);

test.each(kinds)("a resource is the same through whichever instance it comes: %s", async (kind) => {
  for (const isReversed of [false, true]) {
    const scene = await sceneOf();
    const { a, b } = scene;
    const builder = await builderOf(scene, kind);
    if (isReversed) builder.linkLocal("a:b/api", b).linkLocal("a:a/types", a);
    else builder.linkLocal("a:a/types", a).linkLocal("a:b/api", b);
    const c = await builder.instantiate();
    // The other way of calling is on a stack that may be suspended.
    const call = async (name: string, ...args: unknown[]) => (isReversed ? c.call(name, args) : c.func(name)(...args));
    await call("open", 7);
    expect([await call("look"), await call("peek"), await call("take")]).toEqual([7, 7, 7]);
    expect([destroyedIn(scene), ...handlesOf(a, b, c)]).toEqual([7, 0, 0, 0]);
    await call("make", 20);
    await call("keep");
    expect([destroyedIn(scene), ...handlesOf(a, b, c)]).toEqual([7, 0, 1, 0]);
    await call("give");
    expect([destroyedIn(scene), ...handlesOf(a, b, c)]).toEqual([7, 0, 0, 1]);
    await call("drop");
    expect([destroyedIn(scene), ...handlesOf(a, b, c)]).toEqual([27, 0, 0, 0]);
  }
});

async function linked(scene: Scene, kind: Consumer = "types first"): Promise<InstanceHandle> {
  const builder = await builderOf(scene, kind);
  return builder.linkLocal("a:a/types", scene.a).linkLocal("a:b/api", scene.b).instantiate();
}

test.each(kinds)("what is exported again is as what is imported: %s", async (kind) => {
  const scene = await sceneOf();
  const { a, b, runtime } = scene;
  const middleOf = async (types: InstanceHandle) =>
    runtime
      .instance(await runtime.load(bytesOf(abstractMiddle)))
      .linkLocal("a:a/types", types)
      .instantiate();
  const far = await middleOf(await middleOf(b));
  const pairs: readonly (readonly [types: InstanceHandle, api: InstanceHandle])[] = [
    [b, b],
    [b, far],
    [far, b],
    [a, far],
  ];
  for (const [index, [types, api]] of pairs.entries()) {
    const builder = await builderOf(scene, kind);
    const c = await builder.linkLocal("a:b/api", api).linkLocal("a:a/types", types).instantiate();
    c.func("open")(2);
    expect([c.func("look")(), c.func("peek")(), c.func("take")()]).toEqual([2, 2, 2]);
    c.func("make")(3);
    c.func("keep")();
    c.func("give")();
    c.func("drop")();
    expect([destroyedIn(scene), ...handlesOf(a, b, far, c)]).toEqual([5 * (index + 1), 0, 0, 0, 0]);
  }
});

test("handles count for whoever has them, destructors for who defines the resource", async () => {
  const fuel = 1_000_000n;
  const scene = await sceneOf(new Runtime(), { a: { fuel }, b: { fuel, maxHandles: 1 } });
  const { a, b } = scene;
  const builder = (await builderOf(scene, "types first")).budget({ maxHandles: 2 });
  const c = await builder.linkLocal("a:a/types", a).linkLocal("a:b/api", b).instantiate();
  for (const count of [1, 2]) c.func("open")(count);
  expect(handlesOf(a, b, c)).toEqual([0, 0, 2]);
  const spent = () => [a, b].map((instance) => instance.usage().fuel);
  const [ofA = 0n, ofB = 0n] = spent();
  c.func("drop")();
  const [laterOfA = 0n, laterOfB = 0n] = spent();
  expect([laterOfA > ofA, laterOfB === ofB, destroyedIn(scene)]).toEqual([true, true, 2]);
  c.func("open")(3);
  // What nobody has room for is destroyed, and ends who has none.
  expect(() => c.func("open")(4)).toThrow(BudgetExhausted);
  expect([c.state, a.state, destroyedIn(scene), ...handlesOf(a, c)]).toEqual(["exhausted", "ready", 10, 0, 0]);
});

test("what an instance exports again is called in the one that it is of, by the host too, and stays when it ends", async () => {
  const scene = await sceneOf();
  const { a, b } = scene;
  const builder = await builderOf(scene, "types first");
  const c = await builder.linkLocal("a:a/types", b).linkLocal("a:b/api", b).instantiate();
  const made = b.func("a:a/types#make")(5);
  expect([a.func("a:a/types#look")(made), b.func("a:b/api#peek")(made), b.func("a:a/types#take")(made)]).toEqual([
    5, 5, 5,
  ]);
  c.func("open")(6);
  await b.terminate();
  expect([c.func("look")(), c.func("take")(), destroyedIn(scene), a.state]).toEqual([6, 6, 11, "ready"]);
  expect(() => c.func("peek")()).toThrow(TrapError);
  expect([c.state, a.state]).toEqual(["trapped", "ready"]);
});

test("what was lent through both is given back, and what is lent cannot be given away", async () => {
  const scene = await sceneOf();
  const c = await linked(scene);
  c.func("open")(5);
  expect(() => c.func("both")()).toThrow("cannot remove owned resource while borrowed");
  // Its owner ended: nobody else had it.
  expect([c.state, scene.b.state, scene.a.state, destroyedIn(scene)]).toEqual(["trapped", "ready", "ready", 5]);
  const other = await linked(scene);
  other.func("open")(6);
  expect(() => other.func("forget")()).toThrow("borrow handles still remain at the end of the call");
  expect([other.state, scene.b.state, scene.a.state, destroyedIn(scene)]).toEqual(["trapped", "trapped", "ready", 11]);
});

test("a resource of an instance that has ended is dropped by nobody, and who calls for it is told", async () => {
  const scene = await sceneOf();
  const { a, b } = scene;
  const [holder, asker, keeper] = [await linked(scene), await linked(scene), await linked(scene)];
  for (const instance of [holder, keeper]) instance.func("open")(7);
  keeper.func("keep")();
  await a.terminate();
  const ended = "cannot enter component instance: it is terminated";
  expect(() => holder.func("drop")()).toThrow(ended);
  expect([holder.state, b.state, handlesOf(b, keeper)]).toEqual(["trapped", "ready", [1, 0]]);
  keeper.func("give")();
  expect(handlesOf(b, keeper)).toEqual([0, 1]);
  await keeper.terminate();
  expect([keeper.state, b.state, handlesOf(b, keeper)]).toEqual(["terminated", "ready", [0, 0]]);
  // The call goes through `b`, which ends with it.
  expect(() => asker.func("open")(8)).toThrow(ended);
  expect([asker.state, b.state]).toEqual(["trapped", "trapped"]);
});

test("an instance that ends has what it got through another destroyed where it is defined", async () => {
  const scene = await sceneOf();
  const { a, b } = scene;
  const [c, d] = [await linked(scene), await linked(scene)];
  for (const [instance, count] of [[c, 1] as const, [d, 10] as const]) instance.func("open")(count);
  d.func("keep")();
  await b.terminate();
  expect([destroyedIn(scene), a.state, c.state]).toEqual([10, "ready", "ready"]);
  expect([c.func("look")(), c.func("take")(), destroyedIn(scene)]).toEqual([1, 1, 11]);
  c.func("make")(100);
  await c.terminate();
  expect([destroyedIn(scene), ...handlesOf(a, b, c, d)]).toEqual([111, 0, 0, 0, 0]);
});

const problemsOf = async (instantiating: Promise<unknown>): Promise<readonly string[]> => {
  const end = await instantiating.catch((error: unknown) => error);
  if (!(end instanceof LinkError)) throw new Error("it was linked", { cause: end });
  return end.problems.map(({ message }) => message);
};

const another = (asked: string, [of, other]: readonly [string, string]): string =>
  `the resource ${asked} (${of}), and the instance linked for it has another one (${other})`;

test("resources of one name that two instances define are different, and that is why they are not linked", async () => {
  const runtime = new Runtime();
  const [one, other] = [await sceneOf(runtime), await sceneOf(runtime)];
  const problemsWith = async (kind: Consumer) => {
    const builder = await builderOf(one, kind);
    return problemsOf(builder.linkLocal("a:b/api", other.b).linkLocal("a:a/types", one.a).instantiate());
  };
  const [first, third] = ["defined by 'instance-1'", "defined by 'instance-3'"];
  for (let count = 0; count < 2; count += 1) {
    // The functions that name it differ in nothing else.
    expect(await problemsWith("types first")).toEqual([
      `cannot link 'r' of 'a:b/api': it is ${another("'r' of 'a:a/types'", [first, third])}`,
    ]);
    expect(await problemsWith("api first")).toEqual([
      `cannot link 'r' of 'a:a/types': it is ${another("'r' of 'a:b/api'", [third, first])}`,
    ]);
    expect(await problemsWith("types first, and only named there")).toEqual([
      `cannot link 'open' of 'a:b/api': it uses ${another("'r' of 'a:a/types'", [first, third])}`,
    ]);
    expect((await linked(one)).state).toBe("ready");
  }
});

test("who asks for two resources may be given different ones, which stay so", async () => {
  const runtime = new Runtime();
  const [one, other] = [await sceneOf(runtime), await sceneOf(runtime)];
  const c = await linked({ ...one, b: other.b }, "a resource of each");
  c.func("open")(3);
  expect(c.func("peek")()).toBe(3);
  expect(() => c.func("look")()).toThrow(
    "used with the wrong type, expected guest-defined resource but found a different",
  );
  expect([c.state, one.a.state, other.a.state, other.b.state]).toEqual(["trapped", "ready", "ready", "ready"]);
  expect([destroyedIn(one), destroyedIn(other)]).toEqual([0, 3]);
});

test("what differs in more than its resource is told with both types", async () => {
  const runtime = new Runtime();
  const types = await runtime.instance(await runtime.load(bytesOf(definer("a:a/types")))).instantiate();
  const api = await runtime.instance(await runtime.load(bytesOf(definer("a:b/api")))).instantiate();
  const builder = runtime.instance(await runtime.load(bytesOf(asking)));
  const problems = await problemsOf(builder.linkLocal("a:a/types", types).linkLocal("a:b/api", api).instantiate());
  const [own, theirs] = ["defined by 'instance-1'", "defined by 'instance-2'"];
  expect(problems).toEqual([
    `cannot link 'r' of 'a:b/api': it is ${another("'r' of 'a:a/types'", [own, theirs])}`,
    "cannot link 'look' of 'a:b/api': it is `func(r: borrow<r>) -> u64`, " +
      "and the instance linked for it has `func(r: borrow<r>) -> u32`",
  ]);
});

test("functions are served by the instance whose resource they name, also where no export is the resource", async () => {
  const runtime = new Runtime();
  const component = await runtime.load(bytesOf(divided));
  const [one, other] = [
    await runtime.instance(component).instantiate(),
    await runtime.instance(component).instantiate(),
  ];
  const asker = await runtime.load(bytesOf(askingDivided));
  const builderFor = (y: InstanceHandle) => runtime.instance(asker).linkLocal("x", one).linkLocal("y", y);
  expect(await problemsOf(builderFor(other).instantiate())).toEqual([
    `cannot link 'look' of 'y': it uses ${another("'r' of 'x'", ["defined by 'instance-1'", "defined by 'instance-2'"])}`,
  ]);
  expect((await builderFor(one).instantiate()).func("run")()).toBe(7);
});

test("what a fallback links while it is asked is of the next instance", async () => {
  const runtime = new Runtime();
  const component = await runtime.load(bytesOf(divided));
  const [a, b] = [await runtime.instance(component).instantiate(), await runtime.instance(component).instantiate()];
  const builder = runtime.instance(await runtime.load(bytesOf(askingFirst)));
  builder.linkLocal("x", a).linkLocal("y", a);
  builder.linkHost((linker) =>
    linker.fallback(() => {
      builder.linkLocal("y", b);
      return () => undefined;
    }),
  );
  const asks = await builder.instantiate();
  expect(asks.func("run")()).toBe(7);
  expect(await builder.instantiate().catch((error: unknown) => error)).toBeInstanceOf(LinkError);
  expect([a.state, b.state]).toEqual(["ready", "ready"]);
});
