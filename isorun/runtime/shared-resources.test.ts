/** One resource that an instance is given by two others: each of them imports it too, or one of them defines it. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { LinkError } from "../errors/errors.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Defines `r`, and counts what its destructor was given. */
const definer = (name: string): string => `(component
  (component $inner
    (core module $dtor
      (global $destroyed (mut i32) (i32.const 0))
      (func (export "dtor") (param i32) (global.set $destroyed (i32.add (global.get $destroyed) (local.get 0))))
      (func (export "destroyed") (result i32) (global.get $destroyed)))
    (core instance $dtor (instantiate $dtor))
    (type $r' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core func $rep (canon resource.rep $r'))
    (core func $drop (canon resource.drop $r'))
    (core module $m
      (import "" "rep" (func $rep (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "look") (param i32) (result i32) (local.get 0))
      (func (export "take") (param i32) (result i32)
        (call $rep (local.get 0)) (call $drop (local.get 0))))
    (core instance $m (instantiate $m (with "" (instance (export "rep" (func $rep)) (export "drop" (func $drop))))))
    (func (export "make") (param "n" u32) (result (own $r)) (canon lift (core func $new)))
    (func (export "look") (param "r" (borrow $r)) (result u32) (canon lift (core func $m "look")))
    (func (export "take") (param "r" (own $r)) (result u32) (canon lift (core func $m "take")))
    (func (export "destroyed") (result u32) (canon lift (core func $dtor "destroyed"))))
  (instance $inner (instantiate $inner))
  (export "${name}" (instance $inner)))`;

/** Serves the interface `a:b/api` by what it imports, which it exports again. */
const middle = `(component
  (import "a:a/types" (instance $types
    (export "r" (type $r (sub resource)))
    (export "make" (func (param "n" u32) (result (own $r))))
    (export "look" (func (param "r" (borrow $r)) (result u32)))
    (export "take" (func (param "r" (own $r)) (result u32)))))
  (alias export $types "r" (type $r))
  (core func $make (canon lower (func $types "make")))
  (core func $look (canon lower (func $types "look")))
  (core func $drop (canon resource.drop $r))
  (core module $m
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "look" (func $look (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (global $kept (mut i32) (i32.const 0))
    (func (export "open") (param i32) (result i32) (call $make (local.get 0)))
    (func (export "peek") (param i32) (result i32)
      (call $look (local.get 0)) (call $drop (local.get 0)))
    (func (export "forget") (param i32))
    (func (export "both") (param i32 i32))
    (func (export "keep") (param i32) (global.set $kept (local.get 0)))
    (func (export "give") (result i32) (global.get $kept)))
  (core instance $i (instantiate $m (with "" (instance
    (export "make" (func $make)) (export "look" (func $look)) (export "drop" (func $drop))))))
  (func $open (param "n" u32) (result (own $r)) (canon lift (core func $i "open")))
  (func $peek (param "r" (borrow $r)) (result u32) (canon lift (core func $i "peek")))
  (func $forget (param "r" (borrow $r)) (canon lift (core func $i "forget")))
  (func $both (param "b" (borrow $r)) (param "o" (own $r)) (canon lift (core func $i "both")))
  (func $keep (param "r" (own $r)) (canon lift (core func $i "keep")))
  (func $give (result (own $r)) (canon lift (core func $i "give")))
  (instance $api
    (export "r" (type $r)) (export "open" (func $open)) (export "peek" (func $peek)) (export "forget" (func $forget))
    (export "both" (func $both)) (export "keep" (func $keep)) (export "give" (func $give)))
  (export "a:b/api" (instance $api))
  (export "a:a/types" (instance $types)))`;

const typesOf = (resource: string): string => `(import "a:a/types" (instance $types
    ${resource}
    (export "make" (func (param "n" u32) (result (own $r))))
    (export "look" (func (param "r" (borrow $r)) (result u32)))
    (export "take" (func (param "r" (own $r)) (result u32)))))`;

const apiOf = (resource: string): string => `(import "a:b/api" (instance $api
    ${resource}
    (export "open" (func (param "n" u32) (result (own $r))))
    (export "peek" (func (param "r" (borrow $r)) (result u32)))
    (export "forget" (func (param "r" (borrow $r))))
    (export "both" (func (param "b" (borrow $r)) (param "o" (own $r))))
    (export "keep" (func (param "r" (own $r))))
    (export "give" (func (result (own $r))))))`;

const isNew = '(export "r" (type $r (sub resource)))';
const isThat = (outer: string): string => `(alias outer 1 ${outer} (type $o)) (export "r" (type $r (eq $o)))`;
/** Whose functions name what another import has the name for. */
const isOuter = (outer: string): string => `(alias outer 1 ${outer} (type $r))`;

/** Uses both; its resource comes with the one that is imported first, or with each, as one of its own. */
const consumer = (imports: string, r = "$r"): string => `(component
  ${imports}
  (core func $make (canon lower (func $types "make")))
  (core func $look (canon lower (func $types "look")))
  (core func $take (canon lower (func $types "take")))
  (core func $open (canon lower (func $api "open")))
  (core func $peek (canon lower (func $api "peek")))
  (core func $forget (canon lower (func $api "forget")))
  (core func $both (canon lower (func $api "both")))
  (core func $keep (canon lower (func $api "keep")))
  (core func $give (canon lower (func $api "give")))
  (core func $drop (canon resource.drop ${r}))
  (core module $m
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "look" (func $look (param i32) (result i32)))
    (import "" "take" (func $take (param i32) (result i32)))
    (import "" "open" (func $open (param i32) (result i32)))
    (import "" "peek" (func $peek (param i32) (result i32)))
    (import "" "forget" (func $forget (param i32)))
    (import "" "both" (func $both (param i32 i32)))
    (import "" "keep" (func $keep (param i32)))
    (import "" "give" (func $give (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (global $r (mut i32) (i32.const 0))
    (func (export "open") (param i32) (global.set $r (call $open (local.get 0))))
    (func (export "make") (param i32) (global.set $r (call $make (local.get 0))))
    (func (export "look") (result i32) (call $look (global.get $r)))
    (func (export "peek") (result i32) (call $peek (global.get $r)))
    (func (export "take") (result i32) (call $take (global.get $r)))
    (func (export "drop") (call $drop (global.get $r)))
    (func (export "keep") (call $keep (global.get $r)))
    (func (export "give") (global.set $r (call $give)))
    (func (export "forget") (call $forget (global.get $r)))
    (func (export "both") (call $both (global.get $r) (global.get $r))))
  (core instance $i (instantiate $m (with "" (instance
    (export "make" (func $make)) (export "look" (func $look)) (export "take" (func $take))
    (export "open" (func $open)) (export "peek" (func $peek)) (export "forget" (func $forget))
    (export "both" (func $both)) (export "keep" (func $keep)) (export "give" (func $give))
    (export "drop" (func $drop))))))
  ${["open", "make"].map((name) => `(func (export "${name}") (param "n" u32) (canon lift (core func $i "${name}")))`).join("\n")}
  ${["look", "peek", "take"].map((name) => `(func (export "${name}") (result u32) (canon lift (core func $i "${name}")))`).join("\n")}
  ${["drop", "keep", "give", "forget", "both"].map((name) => `(func (export "${name}") (canon lift (core func $i "${name}")))`).join("\n")})`;

const ofTypes = '(alias export $types "r" (type $r))';
const ofApi = '(alias export $api "r" (type $r))';

const consumers = {
  "types first": consumer(`${typesOf(isNew)} ${ofTypes} ${apiOf(isThat("$r"))}`),
  "types first, and only named there": consumer(`${typesOf(isNew)} ${ofTypes} ${apiOf(isOuter("$r"))}`),
  "api first": consumer(`${apiOf(isNew)} ${ofApi} ${typesOf(isThat("$r"))}`),
  "a resource of each": consumer(`${typesOf(isNew)} ${apiOf(isNew)} ${ofTypes}`),
};
type Consumer = keyof typeof consumers;
const kinds = Object.keys(consumers) as Consumer[];

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

const texts = [
  ...["a:a/types", "a:b/api"].map(definer),
  middle,
  asking,
  divided,
  askingDivided,
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

async function sceneOf(runtime = new Runtime()): Promise<Scene> {
  const a = await runtime.instance(await runtime.load(bytesOf(definer("a:a/types")))).instantiate();
  const b = await runtime
    .instance(await runtime.load(bytesOf(middle)))
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
    c.func("open")(7);
    expect([c.func("look")(), c.func("peek")(), c.func("take")()]).toEqual([7, 7, 7]);
    expect([destroyedIn(scene), ...handlesOf(a, b, c)]).toEqual([7, 0, 0, 0]);
    c.func("make")(20);
    c.func("keep")();
    expect([destroyedIn(scene), ...handlesOf(a, b, c)]).toEqual([7, 0, 1, 0]);
    c.func("give")();
    expect([destroyedIn(scene), ...handlesOf(a, b, c)]).toEqual([7, 0, 0, 1]);
    c.func("drop")();
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
      .instance(await runtime.load(bytesOf(middle)))
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
