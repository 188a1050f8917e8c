/** A resource of the host that an instance is given by others, which are given it too: with the host's, or without. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { LinkError } from "../errors/errors.ts";
import type { InstanceBuilder } from "./instance-builder.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { InterfaceTypes } from "./interface-types.ts";
import { type HostResource, Linker } from "./linker.ts";
import { Runtime } from "./runtime.ts";

const hostOf = (thing: string): string => `(import "h:h/host" (instance $host
    ${thing}
    (export "make" (func (result (own $t))))
    (export "number" (func (param "t" (borrow $t)) (result u32)))))`;

const isNew = '(export "thing" (type $t (sub resource)))';
const isThat = '(alias outer 1 $thing (type $o)) (export "thing" (type $t (eq $o)))';
const isOuter = "(alias outer 1 $thing (type $t))";

/** Gives things of the host, and shows the host. */
const opener = `(component
  ${hostOf(isNew)}
  (alias export $host "thing" (type $thing))
  (core func $make (canon lower (func $host "make")))
  (func $open (result (own $thing)) (canon lift (core func $make)))
  (instance $api (export "thing" (type $thing)) (export "open" (func $open)))
  (export "h:a/api" (instance $api))
  (export "h:h/host" (instance $host)))`;

/** Looks at things of the host, and drops them. */
const closer = `(component
  ${hostOf(isNew)}
  (alias export $host "thing" (type $thing))
  (core func $number (canon lower (func $host "number")))
  (core func $drop (canon resource.drop $thing))
  (core module $m
    (import "" "number" (func $number (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "peek") (param i32) (result i32) (call $number (local.get 0)) (call $drop (local.get 0)))
    (func (export "close") (param i32) (call $drop (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance (export "number" (func $number)) (export "drop" (func $drop))))))
  (func $peek (param "t" (borrow $thing)) (result u32) (canon lift (core func $i "peek")))
  (func $close (param "t" (own $thing)) (canon lift (core func $i "close")))
  (instance $api (export "thing" (type $thing)) (export "peek" (func $peek)) (export "close" (func $close)))
  (export "h:b/api" (instance $api))
  (export "h:h/host" (instance $host)))`;

const openApi = (thing: string): string => `(import "h:a/api" (instance $a
    ${thing} (export "open" (func (result (own $t))))))`;
const closeApi = (thing: string): string => `(import "h:b/api" (instance $b
    ${thing}
    (export "peek" (func (param "t" (borrow $t)) (result u32)))
    (export "close" (func (param "t" (own $t))))))`;

const thingOf = (instance: string): string => `(alias export ${instance} "thing" (type $thing))`;

/** Opens, looks at and closes a thing. */
const user = (imports: string): string => `(component
  ${imports}
  (core func $open (canon lower (func $a "open")))
  (core func $peek (canon lower (func $b "peek")))
  (core func $close (canon lower (func $b "close")))
  (core func $drop (canon resource.drop $thing))
  (core module $m
    (import "" "open" (func $open (result i32)))
    (import "" "peek" (func $peek (param i32) (result i32)))
    (import "" "close" (func $close (param i32)))
    (import "" "drop" (func $drop (param i32)))
    (global $t (mut i32) (i32.const 0))
    (func (export "open") (global.set $t (call $open)))
    (func (export "peek") (result i32) (call $peek (global.get $t)))
    (func (export "close") (call $close (global.get $t)))
    (func (export "drop") (call $drop (global.get $t))))
  (core instance $i (instantiate $m (with "" (instance
    (export "open" (func $open)) (export "peek" (func $peek)) (export "close" (func $close))
    (export "drop" (func $drop))))))
  (func (export "open") (canon lift (core func $i "open")))
  (func (export "peek") (result u32) (canon lift (core func $i "peek")))
  (func (export "close") (canon lift (core func $i "close")))
  (func (export "drop") (canon lift (core func $i "drop"))))`;

const users = {
  "the host's first": user(`${hostOf(isNew)} ${thingOf("$host")} ${openApi(isThat)} ${closeApi(isThat)}`),
  "the host's only": user(`${hostOf(isNew)} ${thingOf("$host")} ${openApi(isOuter)} ${closeApi(isOuter)}`),
  "the host's last": user(`${openApi(isNew)} ${thingOf("$a")} ${closeApi(isThat)} ${hostOf(isThat)}`),
  "not the host's": user(`${openApi(isNew)} ${thingOf("$a")} ${closeApi(isThat)}`),
};
type User = keyof typeof users;
const kinds = Object.keys(users) as User[];

/** Takes a thing of the host by no interface, and gives it back. */
const bareTaker = `(component
  (import "thing" (type $t (sub resource)))
  (core module $m (func (export "same") (param i32) (result i32) (local.get 0)))
  (core instance $i (instantiate $m))
  (func (export "same") (param "t" (own $t)) (result (own $t)) (canon lift (core func $i "same"))))`;

const bareUser = `(component
  (import "thing" (type $t (sub resource)))
  (import "make" (func $make (result (own $t))))
  (import "same" (func $same (param "t" (own $t)) (result (own $t))))
  (core func $make (canon lower (func $make)))
  (core func $same (canon lower (func $same)))
  (core module $m
    (import "" "make" (func $make (result i32)))
    (import "" "same" (func $same (param i32) (result i32)))
    (func (export "run") (result i32) (call $same (call $make))))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "same" (func $same))))))
  (func (export "run") (result (own $t)) (canon lift (core func $i "run"))))`;

let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble([opener, closer, bareTaker, bareUser, ...Object.values(users)]);
});

const stated = new InterfaceTypes(`package h:h;
  interface host { resource thing; make: func() -> thing; number: func(t: borrow<thing>) -> u32; }`);
const statedAgain = new InterfaceTypes(`package h:h;
  interface host { resource thing; make: func() -> thing; number: func(t: borrow<thing>) -> u32; }`);

interface Serving {
  /** A resource of this host alone. */
  readonly isOther?: boolean;
  /** It is given by a fallback, and not in its interface. */
  readonly isAbsent?: boolean;
}

class Scene {
  readonly dropped: unknown[] = [];
  readonly #runtime = new Runtime();
  readonly #types: readonly (InterfaceTypes | undefined)[];
  #resource: HostResource | undefined;
  #made = 0;

  /** @param types what the host states to each instance, one after another */
  constructor(types: readonly (InterfaceTypes | undefined)[]) {
    this.#types = types;
  }

  async builder(text: string, serving: Serving = {}): Promise<InstanceBuilder> {
    const component = await this.#runtime.load(bytesOf(text));
    return this.#runtime.instance(component).linkHost((linker) => {
      linker.instance("h:h/host", (host) => this.#serve(host, serving), this.#types[this.#made % this.#types.length]);
      if (serving.isAbsent === true)
        linker.fallback(() => (serving.isOther ? new Linker().resource("thing") : this.#resource));
      this.#made += 1;
    });
  }

  #serve(host: Linker, { isOther, isAbsent }: Serving): void {
    if (isAbsent !== true) this.#giveThing(host, isOther === true);
    let made = 0;
    host.func("make", () => {
      made += 1;
      return made;
    });
    host.func("number", (value: number) => value);
  }

  #giveThing(host: Linker, isOther: boolean): void {
    const known = isOther ? undefined : this.#resource;
    const resource = host.resource("thing", known ?? { drop: (value) => void this.dropped.push(value) });
    if (!isOther) this.#resource = resource;
  }

  async instance(text: string, serving: Serving = {}): Promise<InstanceHandle> {
    return (await this.builder(text, serving)).instantiate();
  }
}

const states: readonly (readonly [name: string, types: readonly (InterfaceTypes | undefined)[]])[] = [
  ["states nothing", [undefined]],
  ["states types", [stated]],
  ["states types once and again", [stated, statedAgain]],
  ["states types to some", [undefined, stated]],
];
const cases = states.flatMap(([name, types]) => kinds.map((kind) => [name, kind, types] as const));

test.each(cases)("a resource of a host that %s is one to all that are given it: %s", async (_, kind, types) => {
  const scene = new Scene(types);
  const [a, b] = [await scene.instance(opener), await scene.instance(closer)];
  for (const showing of [undefined, a, b]) {
    scene.dropped.length = 0;
    const builder = await scene.builder(users[kind]);
    if (showing !== undefined && kind !== "not the host's") builder.linkLocal("h:h/host", showing);
    const c = await builder.linkLocal("h:b/api", b).linkLocal("h:a/api", a).instantiate();
    const made = scene.dropped;
    c.func("open")();
    const number = c.func("peek")();
    c.func("close")();
    expect(made).toEqual([number]);
    c.func("open")();
    c.func("drop")();
    c.func("open")();
    expect(made).toHaveLength(2);
    expect([a, b, c].map((instance) => instance.usage().handles)).toEqual([0, 0, 1]);
    await c.terminate();
    expect(made).toHaveLength(3);
  }
});

const problemsOf = async (instantiating: Promise<unknown>): Promise<readonly string[]> => {
  const end = await instantiating.catch((error: unknown) => error);
  if (!(end instanceof LinkError)) throw new Error("it was linked", { cause: end });
  return end.problems.map(({ message }) => message);
};

test.each(cases)("another resource of a host that %s is another one: %s", async (_, kind, types) => {
  const scene = new Scene(types);
  const [a, b] = [await scene.instance(opener), await scene.instance(closer, { isOther: true })];
  const builder = await scene.builder(users[kind]);
  const first = kind === "the host's first" || kind === "the host's only" ? "h:h/host" : "h:a/api";
  const what = kind === "the host's only" ? "'peek' of 'h:b/api': it uses" : "'thing' of 'h:b/api': it is";
  expect(await problemsOf(builder.linkLocal("h:b/api", b).linkLocal("h:a/api", a).instantiate())).toEqual([
    `cannot link ${what} the resource 'thing' of '${first}' (of the host), and the instance linked for it has ` +
      "another one (of the host); who shares one is given what 'resource' of the first Linker answered with",
  ]);
});

test("a function that names a resource of the host is served by an instance that is given the same", async () => {
  const runtime = new Runtime();
  let thing: HostResource | undefined;
  const builderOf = async (text: string, isOther = false) => {
    const component = await runtime.load(bytesOf(text));
    return runtime.instance(component).linkHost((linker) => {
      const made = linker.resource("thing", isOther ? {} : thing);
      thing ??= made;
      if (text === bareUser) linker.func("make", () => "a thing");
    });
  };
  const taker = await (await builderOf(bareTaker)).instantiate();
  const asker = await (await builderOf(bareUser)).linkLocal("same", taker).instantiate();
  expect(asker.func("run")()).toBe("a thing");
  const other = (await builderOf(bareUser, true)).linkLocal("same", taker);
  expect(await problemsOf(other.instantiate())).toEqual([
    expect.stringContaining("cannot link 'same': it uses the resource 'thing' (of the host), and the instance linked"),
  ]);
});

test("a resource that a fallback gives is held against that of the instances that are linked", async () => {
  const scene = new Scene([undefined]);
  const [a, b] = [await scene.instance(opener), await scene.instance(closer)];
  const builderWith = async (isOther: boolean) =>
    (await scene.builder(users["the host's first"], { isOther, isAbsent: true }))
      .linkLocal("h:a/api", a)
      .linkLocal("h:b/api", b);
  const c = await (await builderWith(false)).instantiate();
  c.func("open")();
  c.func("close")();
  expect(scene.dropped).toEqual([1]);
  expect(await problemsOf((await builderWith(true)).instantiate())).toEqual(
    ["h:a/api", "h:b/api"].map(
      (name) =>
        `cannot link 'thing' of '${name}': it is the resource 'thing' of 'h:h/host' (of the host), and the instance ` +
        "linked for it has another one (of the host); who shares one is given what 'resource' of the first Linker " +
        "answered with",
    ),
  );
});
