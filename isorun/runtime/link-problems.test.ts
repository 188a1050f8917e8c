/** Link errors tell all at once, with the function and both types; and nothing that was linked is silently left out. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { Scheduler } from "../call/scheduler.ts";
import { LinkError, type LinkProblem } from "../errors/errors.ts";
import { thrownBy } from "../errors/testing/failure-of.ts";
import type { ComponentType, FuncType } from "../types/component-types.ts";
import type { InstanceBuilder } from "./instance-builder.ts";
import { InterfaceTypes } from "./interface-types.ts";
import { linkImports } from "./link.ts";
import { Linker } from "./linker.ts";
import { Runtime } from "./runtime.ts";

const serving = (name: string) => `(component
  (core module $m (func (export "p") (param i32)))
  (core instance $i (instantiate $m))
  (func $p (param "x" s32) (canon lift (core func $i "p")))
  (instance $a (export "p" (func $p)) (export "q" (func $p)))
  (export "${name}" (instance $a)))`;

const asking = (name: string) => `(component
  (import "${name}" (instance
    (export "p" (func (param "x" u32)))
    (export "q" (func (param "y" s32)))
    (export "z" (func (result string))))))`;

const askingOne = (name: string) => `(component (import "${name}" (instance (export "p" (func (param "x" s32))))))`;

const typed = `(component (import "acme:clock/now@1.0.0" (instance
  (export "ticks" (func (param "x" string)))
  (export "r" (type $r (sub resource)))
  (export "look" (func (param "at" (borrow $r)) (result u32))))))`;

const named = (field: string) => `(component
  (import "a:b/types" (instance $types
    (export "r" (type $r (sub resource)))
    (type $point' (record (field "${field}" u8)))
    (export "point" (type $point (eq $point')))
    (type $string' (list $point))
    (export "string" (type (eq $string')))))
  (alias export $types "point" (type $point))
  (alias export $types "r" (type $r))
  (alias export $types "string" (type $s))
  (import "a:b/use" (instance
    (alias outer 1 $point (type $outer)) (export "dot" (type $dot (eq $outer)))
    (export "move" (func (param "to" $dot) (result u32)))))
  (import "open" (func (param "in" (borrow $r)) (param "all" $s) (result (list (own $r))))))`;

const moving = (type: string) => `(component
  (type $dot' ${type})
  (component $m (import "dot" (type $t (eq $dot'))) (export $dot "dot" (type $t))
    (core module $m (func (export "f") (param i32) (result i32) (local.get 0)))
    (core instance $i (instantiate $m))
    (func (export "move") (param "to" $dot) (result u32) (canon lift (core func $i "f"))))
  (instance $i (instantiate $m (with "dot" (type $dot'))))
  (export "a:b/use" (instance $i)))`;

/** Two resources, and a function of each and of both. */
const pair = (name: string) => `(component
  (component $inner
    (type $r' (resource (rep i32))) (export $r "r" (type $r'))
    (type $s' (resource (rep i32))) (export $s "s" (type $s'))
    (core module $m (func (export "f") (param i32)) (func (export "g") (param i32 i32)))
    (core instance $i (instantiate $m))
    (func (export "of-r") (param "r" (borrow $r)) (canon lift (core func $i "f")))
    (func (export "of-both") (param "r" (borrow $r)) (param "s" (borrow $s)) (canon lift (core func $i "g"))))
  (instance $i (instantiate $inner))
  (export "${name}" (instance $i)))`;

const askingPairs = `(component
  (import "a:b/one" (instance $one
    (export "r" (type $r (sub resource))) (export "s" (type $s (sub resource)))))
  (alias export $one "r" (type $r)) (alias export $one "s" (type $s))
  (import "a:b/two" (instance
    (alias outer 1 $r (type $o)) (export "r" (type $r (eq $o))) (alias outer 1 $s (type $s))
    (export "of-r" (func (param "r" (borrow $r))))
    (export "of-both" (func (param "r" (borrow $r)) (param "s" (borrow $s)))))))`;

const moduleText = `(component
  (import "given" (core module $m (export "run" (func (result i32)))))
  (core instance $i (instantiate $m))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))`;

const texts = [
  ...["a:b/c", "a:b/c@1.2.0"].map(serving),
  asking("a:b/c"),
  ...["a:b/c", "a:b/c@1.1.0", "a:b/c@1.3.0", "a:b/c@2.0.0"].map(askingOne),
  typed,
  named("x"),
  moving('(record (field "y" u8))'),
  ...["a:b/one", "a:b/two"].map(pair),
  askingPairs,
  moduleText,
];
let read: (text: string) => Uint8Array;
beforeAll(async () => {
  read = await assemble(texts);
}, 120_000);

const runtime = new Runtime();
const load = (text: string) => runtime.load(read(text));

async function failureOf(builder: InstanceBuilder): Promise<LinkError> {
  const end = await builder.instantiate().catch((error: unknown) => error);
  if (!(end instanceof LinkError)) throw new Error("it was linked", { cause: end });
  return end;
}

const problemsOf = async (builder: InstanceBuilder): Promise<readonly LinkProblem[]> =>
  (await failureOf(builder)).problems;

test("all that does not fit of a linked instance is told, with both types", async () => {
  const provider = await runtime.instance(await load(serving("a:b/c"))).instantiate();
  const builder = runtime.instance(await load(asking("a:b/c"))).linkLocal("a:b/c", provider);
  expect(await problemsOf(builder)).toEqual([
    {
      kind: "mismatch",
      import: "a:b/c",
      func: "p",
      wanted: "func(x: u32)",
      given: "func(x: s32)",
      message: "cannot link 'p' of 'a:b/c': it is `func(x: u32)`, and the instance linked for it has `func(x: s32)`",
    },
    expect.objectContaining({ kind: "mismatch", func: "q", wanted: "func(y: s32)", given: "func(x: s32)" }),
    expect.objectContaining({ kind: "missing", func: "z", wanted: "func() -> string" }),
  ]);
});

test("what is linked by a name that no import has is a problem of its own", async () => {
  const provider = await runtime.instance(await load(serving("a:b/c"))).instantiate();
  const builder = runtime.instance(await load(askingOne("a:b/c@1.1.0"))).linkLocal("a:b/c", provider);
  expect((await problemsOf(builder)).map(({ kind, message }) => [kind, message])).toEqual([
    ["missing", expect.any(String)],
    ["not-imported", "cannot link 'a:b/c': the component does not import it; its imports are 'a:b/c@1.1.0'"],
  ]);
});

test("compatible versions serve each other, whichever of both names is linked", async () => {
  const provider = await runtime.instance(await load(serving("a:b/c@1.2.0"))).instantiate();
  for (const asked of ["a:b/c@1.1.0", "a:b/c@1.3.0"]) {
    for (const linked of [asked, "a:b/c@1.2.0"]) {
      const builder = runtime.instance(await load(askingOne(asked))).linkLocal(linked, provider);
      expect((await builder.instantiate()).state).toBe("ready");
    }
  }
  const other = runtime.instance(await load(askingOne("a:b/c@2.0.0")));
  expect(thrownBy(() => other.linkLocal("a:b/c@2.0.0", provider))).toMatchObject({
    problems: [{ kind: "missing", import: "a:b/c@2.0.0" }],
    message:
      "cannot link 'a:b/c@2.0.0': the instance linked for it does not export it, or a version compatible with it; " +
      "its exports are 'a:b/c@1.2.0'",
  });
});

test("an instance that has ended serves nothing, and that is why", async () => {
  const provider = await runtime.instance(await load(serving("a:b/c"))).instantiate();
  await provider.terminate();
  const builder = runtime.instance(await load(asking("a:b/c")));
  expect(thrownBy(() => builder.linkLocal("a:b/c", provider))).toMatchObject({
    problems: [{ kind: "refused", import: "a:b/c" }],
    message: "cannot link 'a:b/c': the instance linked for it has ended: it is terminated",
  });
});

test("nor does one that ends between its link and the instance", async () => {
  const component = await load(serving("a:b/c"));
  const provider = await runtime.instance(component).instantiate();
  const builder = runtime.instance(await load(askingOne("a:b/c"))).linkLocal("a:b/c", provider);
  expect((await builder.instantiate()).state).toBe("ready");
  builder.linkHost(() => provider.terminate());
  expect(await problemsOf(builder)).toMatchObject([
    { kind: "refused", import: "a:b/c", message: expect.stringContaining("has ended: it is terminated") },
  ]);
});

test("beside what is missing stands what was given by a name like it, and nothing imports", async () => {
  const builder = runtime.instance(await load(askingOne("a:b/c")));
  const give = (name: string) => builder.linkHost((linker) => linker.instance(name, () => undefined));
  give("wasi:clocks/wall-clock@0.2.0");
  const messages = async () => (await problemsOf(builder)).map(({ message }) => message);
  expect((await messages()).join()).not.toContain("which was given");
  give("a:b/d");
  expect((await messages())[0]).toEndWith("; it does not import 'a:b/d', which was given");
  builder.linkHost((linker) =>
    linker.instance("a:b/c", (inner) => inner.func("pp", () => 1).func("something-else", () => 1)),
  );
  expect((await messages())[0]).toEndWith("; it does not import 'pp', which was given");
});

test("what the host gives is held against the types that it states", async () => {
  const text = `package acme:clock@1.0.0;
    interface now { resource r; ticks: func() -> u64; look: func(at: borrow<r>) -> u32; }`;
  const builder = runtime.instance(await load(typed));
  const define = (types?: InterfaceTypes) => {
    builder.linkHost((linker) =>
      linker.instance(
        "acme:clock/now@1.0.0",
        (now) => {
          now.resource("r");
          now.func("ticks", () => 1n).func("look", () => 1);
        },
        types,
      ),
    );
  };
  define(new InterfaceTypes(text));
  expect((await problemsOf(builder)).map(({ func, wanted, given }) => [func, wanted, given])).toEqual([
    ["ticks", "func(x: string)", "func() -> u64"],
  ]);
  define();
  expect((await builder.instantiate()).state).toBe("ready");
});

test("core modules of the host have to be of the type that is imported", async () => {
  const empty = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const memory = [...empty, 5, 3, 1, 0, 1, 7, 7, 1, 3, 0x72, 0x75, 0x6e, 2, 0];
  const code = (type: number, body: readonly number[]) => [
    ...empty,
    1,
    5,
    1,
    0x60,
    0,
    1,
    type,
    3,
    2,
    1,
    0,
    7,
    7,
    1,
    3,
    0x72,
    0x75,
    0x6e,
    0,
    0,
    10,
    6,
    1,
    4,
    0,
    ...body,
    0x0b,
  ];
  const component = await load(moduleText);
  const given = (bytes: readonly number[]) =>
    runtime.instance(component).linkHost((linker) => linker.module("given", new Uint8Array(bytes)));
  for (const bytes of [empty, memory, code(0x7e, [0x42, 7]), code(0x7f, [0x42, 7]), empty.slice(0, 5)]) {
    expect(await problemsOf(given(bytes))).toEqual([expect.objectContaining({ kind: "mismatch", import: "given" })]);
  }
  expect(await (await given(code(0x7f, [0x41, 7])).instantiate()).call("run")).toBe(7);
});

test("words say what was given, and name nobody who was asked already", async () => {
  const funcs = runtime.instance(await load(askingOne("a:b/c"))).linkHost((linker) => linker.func("a:b/c", () => 1));
  expect((await problemsOf(funcs))[0]?.message).toEndWith("it is an interface, and a function was given");
  const part = runtime.instance(await load(askingOne("a:b/c"))).linkHost((linker) => {
    linker.instance("a:b/c", (inner) => inner.instance("p", () => undefined));
  });
  expect((await problemsOf(part))[0]?.message).toEndWith("it is func(x: s32), and an interface was given");
});

test("types are named as the component names them, and written out where both have the name", async () => {
  const provider = await runtime.instance(await load(moving('(record (field "y" u8))'))).instantiate();
  const builder = runtime.instance(await load(named("x"))).linkLocal("a:b/use", provider);
  const problems = await problemsOf(builder);
  expect(problems.map(({ import: name, wanted, given }) => [name, wanted, given])).toEqual([
    ["a:b/types", "a resource", undefined],
    ["a:b/use", "type record { x: u8 }", "type record { y: u8 }"],
    ["a:b/use", "func(to: record { x: u8 }) -> u32", "func(to: record { y: u8 }) -> u32"],
    ["open", "func(in: borrow<r>, all: %string) -> list<r>", undefined],
  ]);
});

test("each resource that is another one is told once, where it is met first", async () => {
  const [one, two] = await Promise.all(
    ["a:b/one", "a:b/two"].map(async (name) => runtime.instance(await load(pair(name))).instantiate()),
  );
  if (one === undefined || two === undefined) throw new Error("there are two");
  const builder = runtime
    .instance(await load(askingPairs))
    .linkLocal("a:b/one", one)
    .linkLocal("a:b/two", two);
  const messages = (await problemsOf(builder)).map(({ message }) => message.replaceAll(/ \(defined by '[^']+'\)/g, ""));
  expect(messages).toEqual([
    "cannot link 'r' of 'a:b/two': it is the resource 'r' of 'a:b/one', and the instance linked for it has another one",
    "cannot link 'of-both' of 'a:b/two': it uses the resource 's' of 'a:b/one', and the instance linked for it has another one",
  ]);
});

const [many, long] = [2000, "x".repeat(50_000)];
const funcs = Array.from({ length: many }, (_, index) => `f${index}`);
const wide = `(component ${funcs.map((name) => `(import "${name}" (func))`).join(" ")})`;
const lengthy = `(component (import "a:b/${long}" (instance (type $t (func (param "${long}" u8)))
  ${funcs.map((name) => `(export "${name}" (func (type $t)))`).join(" ")})))`;

test("a message lists so many problems, the error has all, and long names are cut off in texts", async () => {
  const parse = await assemble([wide, lengthy]);
  const all = await failureOf(runtime.instance(await runtime.load(parse(wide))));
  expect(all.problems).toHaveLength(many);
  expect(all.message.split("\n")).toEqual([
    ...all.problems.slice(0, 500).map(({ message }) => message),
    `… and ${many - 500} more`,
  ]);
  const { problems, message } = await failureOf(runtime.instance(await runtime.load(parse(lengthy))));
  expect(problems[1]).toMatchObject({ kind: "missing", import: `a:b/${long}`, func: "f1", wanted: "func(…: …)" });
  expect(problems[1]?.message).toStartWith(`cannot link 'f1' of 'a:b/${"x".repeat(196)}…': nothing was given for it`);
  expect(message.length).toBeLessThan(500 * 1000);
});

test("what is missing is compared with what nothing imports once for all", () => {
  let walks = 0;
  class Counted extends Map<string, FuncType> {
    override [Symbol.iterator]() {
      walks += 1;
      return super[Symbol.iterator]();
    }
  }
  const type = { kind: "func", isAsync: false, params: [], result: undefined, hasResource: false } as const;
  const imports = new Counted(funcs.map((name) => [name, type]));
  const linker = new Linker();
  linker.func("f_1", () => undefined);
  const given = { linker, locals: new Map(), unknownImportsTrap: false, isTimed: false, moduleOf: noModule };
  const ask = () => linkImports({ ...nothing, imports }, { ...given, scheduler: new Scheduler(new Int32Array(16)) });
  const failure = thrownBy(ask);
  if (!(failure instanceof LinkError)) throw failure;
  expect(failure.problems).toHaveLength(many);
  expect(failure.problems[1]?.message).toEndWith("; it does not import 'f_1', which was given");
  expect(walks).toBeLessThan(10);
});

const nothing: ComponentType = {
  kind: "component",
  imports: new Map(),
  exports: new Map(),
  importedResources: [],
  definedResources: new Set(),
};

function noModule(): never {
  throw new Error("no module is given");
}
