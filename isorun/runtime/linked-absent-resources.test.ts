/** A resource that nobody gives where it is imported first: a fallback does, or another import, or calls of it trap. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { LinkError } from "../errors/errors.ts";
import type { InstanceBuilder } from "./instance-builder.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { InterfaceTypes } from "./interface-types.ts";
import { type Fallback, type HostResource, Linker } from "./linker.ts";
import { Runtime } from "./runtime.ts";
import { definer, isThat } from "./testing/shared-resource-texts.ts";

/** Takes things of the host, and numbers them. */
const taker = `(component
  (import "h:h/x" (instance $x
    (export "r" (type $t (sub resource)))
    (export "number" (func (param "r" (borrow $t)) (result u32)))))
  (alias export $x "r" (type $r))
  (core func $number (canon lower (func $x "number")))
  (core func $drop (canon resource.drop $r))
  (core module $m
    (import "" "number" (func $number (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "take") (param i32) (result i32) (call $number (local.get 0)) (call $drop (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance (export "number" (func $number)) (export "drop" (func $drop))))))
  (func $take (param "r" (own $r)) (result u32) (canon lift (core func $i "take")))
  (instance $api (export "take" (func $take)))
  (export "h:a/api" (instance $api)))`;

/** Has two resources of the host, and gives away what it makes of the second one. */
const giver = `(component
  (import "h:h/x" (instance (export "r" (type (sub resource)))))
  (import "h:h/y" (instance $y (export "r" (type $t (sub resource))) (export "make" (func (result (own $t))))))
  (alias export $y "r" (type $r))
  (import "h:a/api" (instance $a
    (alias outer 1 $r (type $o)) (export "take" (func (param "r" (own $o)) (result u32)))))
  (core func $make (canon lower (func $y "make")))
  (core func $take (canon lower (func $a "take")))
  (core module $m
    (import "" "make" (func $make (result i32)))
    (import "" "take" (func $take (param i32) (result i32)))
    (func (export "run") (result i32) (call $take (call $make))))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "take" (func $take))))))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))`;

const apiFuncs = `(export "make" (func (param "n" u32) (result (own $r))))
  (export "look" (func (param "r" (borrow $r)) (result u32)))`;

const typesThenApi = `
  (import "a:a/types" (instance $types (export "r" (type $r (sub resource)))))
  (alias export $types "r" (type $r))
  (import "a:b/api" (instance $api ${isThat("$r")} ${apiFuncs}))`;

/** Shows what it imports, and once more in an interface of its own. */
const shower = `(component
  ${typesThenApi}
  (alias export $api "make" (func $make))
  (alias export $api "look" (func $look))
  (instance $both (export "r" (type $r)) (export "make" (func $make)) (export "look" (func $look)))
  (export "a:a/both" (instance $both))
  (export "a:a/types" (instance $types))
  (export "a:b/api" (instance $api)))`;

const maker = (imports: string): string => `(component
  ${imports}
  (core func $make (canon lower (func $api "make")))
  (core func $look (canon lower (func $api "look")))
  (core module $m
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "look" (func $look (param i32) (result i32)))
    (func (export "run") (result i32) (call $look (call $make (i32.const 7)))))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "look" (func $look))))))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))`;

const ofTwo = maker(typesThenApi);
const ofBoth = maker(`(import "a:a/both" (instance $api (export "r" (type $r (sub resource))) ${apiFuncs}))`);
const onlyNamed = maker(`
  (import "a:a/types" (instance $types (export "r" (type $t (sub resource)))))
  (alias export $types "r" (type $t))
  (import "a:b/api" (instance $api (alias outer 1 $t (type $r)) ${apiFuncs}))`);

const definesApi = definer("a:b/api");

let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble([taker, giver, shower, ofTwo, ofBoth, onlyNamed, definesApi]);
});

const stated = new InterfaceTypes(`package h:h;
  interface x { resource r; number: func(r: borrow<r>) -> u32; }
  interface y { use x.{r}; make: func() -> r; }`);

const runtime = new Runtime();
const builderOf = async (text: string): Promise<InstanceBuilder> => runtime.instance(await runtime.load(bytesOf(text)));

const problemsOf = async (builder: InstanceBuilder): Promise<readonly string[]> => {
  const end = await builder.instantiate().catch((error: unknown) => error);
  if (!(end instanceof LinkError)) throw new Error("it was linked", { cause: end });
  return end.problems.map(({ message }) => message);
};

const run = async (builder: InstanceBuilder): Promise<unknown> => (await builder.instantiate()).func("run")();

class Host {
  readonly first = new Linker().resource("first");
  readonly second = new Linker().resource("second");
  readonly #types: InterfaceTypes | undefined;

  constructor(types: InterfaceTypes | undefined) {
    this.#types = types;
  }

  async taker(): Promise<InstanceHandle> {
    const builder = (await builderOf(taker)).linkHost((linker) =>
      linker.instance(
        "h:h/x",
        (x) => {
          x.resource("r", this.first);
          x.func("number", ({ number }: { readonly number: number }) => number);
        },
        this.#types,
      ),
    );
    return builder.instantiate();
  }

  /** @param given in the interface; what is not may come from a fallback */
  async giver(served: InstanceHandle, given: { readonly x?: HostResource; readonly y?: HostResource }) {
    const serve = (linker: Linker, resource: HostResource | undefined): void => {
      if (resource !== undefined) linker.resource("r", resource);
    };
    return (await builderOf(giver)).linkLocal("h:a/api", served).linkHost((linker) => {
      linker.instance("h:h/x", (x) => serve(x, given.x), this.#types);
      linker.instance(
        "h:h/y",
        (y) => {
          serve(y, given.y);
          y.func("make", () => ({ number: 5 }));
        },
        this.#types,
      );
    });
  }
}

const uses =
  "cannot link 'take' of 'h:a/api': it uses the resource 'r' of 'h:h/y' (of the host), and the instance linked for it " +
  "has another one (of the host); who shares one is given what 'resource' of the first Linker answered with";

const makes =
  "cannot link 'make' of 'h:h/y': it is `func() -> r`, and what was given is `func() -> r`: " +
  "type mismatch with result type: resource types are not the same";

const usesNone =
  "cannot link 'take' of 'h:a/api': it uses the resource 'r' of 'h:h/y' (which nobody gave), and the instance linked " +
  "for it has another one (of the host)";

const hosts: readonly (readonly [name: string, types: InterfaceTypes | undefined])[] = [
  ["states types", stated],
  ["states nothing", undefined],
];

test.each(hosts)("another resource that a fallback gives is another one, also of a host that %s", async (_, types) => {
  const host = new Host(types);
  const served = await host.taker();
  for (const given of [{ x: host.first }, {}]) {
    const fallback: Fallback = ({ path }) => (path[0] === "h:h/y" ? host.second : host.first);
    const builder = (await host.giver(served, given)).linkHost((linker) => linker.fallback(fallback));
    expect(await problemsOf(builder)).toEqual(types === undefined ? [uses] : [makes, uses]);
    expect(served.state).toBe("ready");
  }
});

test.each(hosts)("the one that a fallback gives is the same as elsewhere, also of a host that %s", async (_, types) => {
  const host = new Host(types);
  const served = await host.taker();
  for (const given of [{ x: host.first, y: host.first }, { x: host.first }, { y: host.first }, {}]) {
    const asked: string[] = [];
    const builder = (await host.giver(served, given)).linkHost((linker) =>
      linker.fallback(({ path }) => {
        asked.push(path.join("#"));
        return host.first;
      }),
    );
    expect(await run(builder)).toBe(5);
    // Once for each, though it is known before functions are looked at.
    expect(asked).toEqual([...("x" in given ? [] : ["h:h/x#r"]), ...("y" in given ? [] : ["h:h/y#r"])]);
  }
});

test.each(hosts)("one that nobody gives is none of the host's, also of a host that %s", async (_, types) => {
  const host = new Host(types);
  const served = await host.taker();
  const builder = (await host.giver(served, { x: host.first })).unknownImportsTrap();
  expect(await problemsOf(builder)).toEqual(types === undefined ? [usesNone] : [makes, usesNone]);
  expect(served.state).toBe("ready");
});

test("a fallback that answers with no resource is asked once, and what is missing is told", async () => {
  const host = new Host(undefined);
  const asked: string[] = [];
  const builder = (await host.giver(await host.taker(), { x: host.first })).linkHost((linker) =>
    linker.fallback(({ path }) => {
      asked.push(path.join("#"));
      return undefined;
    }),
  );
  expect(await problemsOf(builder)).toEqual(
    expect.arrayContaining([
      "cannot link 'r' of 'h:h/y': what was given for its interface has no such item; it is a resource",
    ]),
  );
  expect(asked).toEqual(["h:h/y#r"]);
});

async function shown(serve: (builder: InstanceBuilder) => unknown): Promise<InstanceHandle> {
  const builder = (await builderOf(shower)).unknownImportsTrap();
  serve(builder);
  return builder.instantiate();
}

/** By whom the interface is served whose resource another one imports, which nobody gives. */
const sources: readonly (readonly [name: string, serve: () => Promise<(builder: InstanceBuilder) => unknown>])[] = [
  [
    "another instance",
    async () => {
      const served = await (await builderOf(definesApi)).instantiate();
      return (builder) => builder.linkLocal("a:b/api", served);
    },
  ],
  ["a host", async () => byHost((api, resource) => api.resource("r", resource))],
  ["a host's fallback", async () => byHost(() => undefined)],
];

function byHost(give: (api: Linker, resource: HostResource) => unknown): (builder: InstanceBuilder) => unknown {
  const resource = new Linker().resource("r");
  return (builder) =>
    builder.linkHost((linker) => {
      linker.fallback(({ path }) => (path[0] === "a:b/api" ? resource : undefined));
      linker.instance("a:b/api", (api) => {
        give(api, resource);
        api.func("make", (n: number) => ({ n }));
        api.func("look", ({ n }: { readonly n: number }) => n);
      });
    });
}

test.each(sources)(
  "a resource that nobody gives where it is imported first is that of %s, once",
  async (_, serving) => {
    const serve = await serving();
    const shows = await shown(serve);
    expect(await run((await builderOf(ofBoth)).linkLocal("a:a/both", shows))).toBe(7);
    const two = async (): Promise<InstanceBuilder> => (await builderOf(ofTwo)).linkLocal("a:a/types", shows);
    expect(await run((await two()).linkLocal("a:b/api", shows))).toBe(7);
    const mixed = await two();
    serve(mixed);
    expect(await run(mixed)).toBe(7);
    const alone = (await builderOf(ofTwo)).unknownImportsTrap();
    serve(alone);
    expect(await run(alone)).toBe(7);
    expect(shows.state).toBe("ready");
  },
);

test("what only functions name is nobody's, and that is said", async () => {
  const served = await (await builderOf(definesApi)).instantiate();
  const builder = (await builderOf(onlyNamed)).unknownImportsTrap().linkLocal("a:b/api", served);
  expect(await problemsOf(builder)).toEqual([
    expect.stringMatching(
      /^cannot link 'make' of 'a:b\/api': it uses the resource 'r' of 'a:a\/types' \(which nobody gave\), and the instance linked for it has another one \(defined by '[^']+'\)$/,
    ),
  ]);
});

test("a fallback that defines what it was asked for makes no resource two", async () => {
  const host = new Host(stated);
  const served = await host.taker();
  const builder = (await host.giver(served, { x: host.first })).linkHost((linker) =>
    linker.fallback(() => {
      linker.instance("h:h/y", (y) => y.resource("r", host.second));
      return undefined;
    }),
  );
  expect(await problemsOf(builder)).toEqual([
    "cannot link 'r' of 'h:h/y': another resource was given for it than where it comes from",
  ]);
  const source = await (await builderOf(definesApi)).instantiate();
  const two = (await builderOf(ofTwo)).linkLocal("a:b/api", source).linkHost((linker) => {
    const define = (give: (types: Linker) => unknown) => linker.instance("a:a/types", (types) => void give(types));
    define(() => undefined).fallback(() => {
      define((types) => types.resource("r"));
      return undefined;
    });
  });
  expect(await problemsOf(two)).toEqual([
    "cannot link 'a:b/api': another resource was given for it than where it comes from",
  ]);
  expect([served.state, source.state]).toEqual(["ready", "ready"]);
});
