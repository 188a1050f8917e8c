/** Who serves an import that several were given for: a linked instance, whatever the order, and then who defined it last. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { InstanceBuilder } from "./instance-builder.ts";
import type { Linker } from "./linker.ts";
import { Runtime } from "./runtime.ts";

const serving = `(component
  (core module $m (func (export "who") (result i32) (i32.const 1)))
  (core instance $i (instantiate $m))
  (func $who (result u32) (canon lift (core func $i "who")))
  (instance $a (export "who" (func $who)))
  (export "a:b/who" (instance $a))
  (export "who" (func $who)))`;

const asking = `(component
  (import "a:b/who" (instance $a (export "who" (func (result u32)))))
  (import "who" (func $who (result u32)))
  (core func $inner (canon lower (func $a "who")))
  (core func $bare (canon lower (func $who)))
  (core module $m
    (import "" "inner" (func $inner (result i32)))
    (import "" "bare" (func $bare (result i32)))
    (export "inner" (func $inner))
    (export "bare" (func $bare)))
  (core instance $i (instantiate $m (with "" (instance (export "inner" (func $inner)) (export "bare" (func $bare))))))
  (func (export "inner") (result u32) (canon lift (core func $i "inner")))
  (func (export "bare") (result u32) (canon lift (core func $i "bare"))))`;

/** The same with versions: what is exported is newer than what is imported. */
const [newer, older] = [
  serving.replace(`"a:b/who"`, `"a:b/who@1.2.3"`),
  asking.replace(`"a:b/who"`, `"a:b/who@1.0.0"`),
] as const;

let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble([serving, asking, newer, older]);
});

const defining =
  (answer: number) =>
  (linker: Linker): void => {
    const who = (): number => answer;
    linker.func("who", who).instance("a:b/who", (inner) => inner.func("who", who));
  };

const host = (answer: number) => (builder: InstanceBuilder) => builder.linkHost(defining(answer));
const system = (answer: number) => (builder: InstanceBuilder) =>
  builder.linkSystem({ name: "system", install: defining(answer) });

test("a link to an instance goes before what hosts and systems define, whatever the order", async () => {
  const runtime = new Runtime();
  const served = await runtime.instance(await runtime.load(bytesOf(serving))).instantiate();
  const local = (builder: InstanceBuilder) => builder.linkLocal("a:b/who", served).linkLocal("who", served);
  const orders = [
    { steps: [local, host(2), system(3)], answer: 1 },
    { steps: [host(2), local, system(3)], answer: 1 },
    { steps: [system(3), host(2), local], answer: 1 },
    { steps: [host(2), system(3)], answer: 3 },
    { steps: [system(3), host(2)], answer: 2 },
  ];
  for (const { steps, answer } of orders) {
    const builder = runtime.instance(await runtime.load(bytesOf(asking)));
    for (const step of steps) step(builder);
    const instance = await builder.instantiate();
    expect([instance.func("bare")(), instance.func("inner")()]).toEqual([answer, answer]);
  }
});

test("one of two links for one import is an error, since nobody would learn that it serves nothing", async () => {
  const runtime = new Runtime();
  const served = await runtime.instance(await runtime.load(bytesOf(newer))).instantiate();
  const component = await runtime.load(bytesOf(older));
  const builder = () => runtime.instance(component).linkLocal("who", served).linkLocal("a:b/who@1.2.3", served);
  expect((await builder().instantiate()).func("inner")()).toBe(1);
  expect(await failureOf(builder().linkLocal("a:b/who@1.0.0", served).instantiate())).toMatchObject({
    problems: [
      {
        kind: "not-imported",
        import: "a:b/who@1.2.3",
        message:
          "cannot link 'a:b/who@1.2.3': the component does not import it, and what it could serve is served by 'a:b/who@1.0.0', which is linked too",
      },
    ],
  });
  await runtime.close();
});
