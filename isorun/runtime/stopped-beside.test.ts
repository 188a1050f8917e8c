/**
 * A host function whose call has ended answers, and code of the host runs around that answer: `then`, getters, `drop`. What it
 * calls there are other calls, which neither end with the first one nor take its end for theirs.
 */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const ended = `(component
  (import "h" (type $h (sub resource)))
  (type $t' (record (field "x" u32) (field "y" u32)))
  (import "t" (type $t (eq $t')))
  (import "drop" (func $drop (result (own $h))))
  (import "getter" (func $getter (result $t)))
  (import "number" (func $number (result u32)))
  (import "nothing" (func $nothing))
  (core module $mm (memory (export "mem") 1))
  (core instance $mi (instantiate $mm))
  (core func $drop' (canon lower (func $drop)))
  (core func $getter' (canon lower (func $getter) (memory (core memory $mi "mem"))))
  (core func $number' (canon lower (func $number)))
  (core func $nothing' (canon lower (func $nothing)))
  (core module $m
    (import "" "drop" (func $drop (result i32)))
    (import "" "getter" (func $getter (param i32)))
    (import "" "number" (func $number (result i32)))
    (import "" "nothing" (func $nothing))
    (func (export "drop") (drop (call $drop)))
    (func (export "getter") (call $getter (i32.const 0)))
    (func (export "number") (drop (call $number)))
    (func (export "nothing") (call $nothing)))
  (core instance $i (instantiate $m (with "" (instance
    (export "drop" (func $drop')) (export "getter" (func $getter')) (export "number" (func $number'))
    (export "nothing" (func $nothing'))))))
  (func (export "run-drop") (canon lift (core func $i "drop")))
  (func (export "run-getter") (canon lift (core func $i "getter")))
  (func (export "run-number") (canon lift (core func $i "number")))
  (func (export "run-nothing") (canon lift (core func $i "nothing"))))`;

const neighbour = `(component
  (import "log" (func $log (param "n" u32)))
  (core func $log' (canon lower (func $log)))
  (core module $m (import "" "log" (func $log (param i32)))
    (func (export "hi") (result i32) (call $log (i32.const 1)) (i32.const 7))
    (func (export "fail") (call $log (i32.const 1)) unreachable))
  (core instance $i (instantiate $m (with "" (instance (export "log" (func $log'))))))
  (func (export "hi") (result u32) (canon lift (core func $i "hi")))
  (func (export "fail") (canon lift (core func $i "fail"))))`;

const runtime = new Runtime();
let components: readonly Component[];

beforeAll(async () => {
  const read = await assemble([ended, neighbour]);
  components = await Promise.all([ended, neighbour].map(async (text) => runtime.load(read(text))));
}, 120_000);

const places = ["drop", "getter", "number", "nothing"] as const;
type Place = (typeof places)[number];

const askedForThen = (act: () => void): object =>
  new Proxy(
    {},
    {
      has: () => {
        act();
        return false;
      },
    },
  );

/** Each runs `act` where the answer is read, or dropped, and is right otherwise. */
const answers: Readonly<Record<Place, (act: () => void) => unknown>> = {
  drop: () => "object",
  getter: (act) => ({
    get x() {
      act();
      return 1;
    },
    y: 2,
  }),
  number: askedForThen,
  nothing: askedForThen,
};

type End = (instance: InstanceHandle, controller: AbortController) => void;

/** Longer than `wallMs` below. */
const spin: End = () => {
  const until = performance.now() + 80;
  while (performance.now() < until);
};

interface Ending {
  readonly end: End;
  readonly code: string;
  readonly wallMs?: number;
}

const endings: readonly Ending[] = [
  { end: (_, controller) => controller.abort(), code: "cancelled" },
  { end: (instance) => void instance.terminate(), code: "terminated" },
  { end: spin, code: "budget-exhausted", wallMs: 60 },
];

const cases = endings.flatMap((ending) => places.map((place) => ({ ...ending, place })));

interface Seen {
  readonly place: Place;
  readonly code: unknown;
  /** What the neighbour answered with, or failed with. */
  readonly answered: unknown;
  readonly beside: string;
}

async function run({ place, end, wallMs }: Ending & { readonly place: Place }, called: "hi" | "fail"): Promise<Seen> {
  const [first, second] = components;
  if (first === undefined || second === undefined) throw new Error("both were loaded");
  const beside = await runtime
    .instance(second)
    .linkHost((linker) => linker.func("log", () => undefined))
    .instantiate();
  let answered: unknown;
  const act = (): void => {
    try {
      answered ??= beside.func(called)();
    } catch (error) {
      answered = Reflect.get(Object(error), "message");
    }
  };
  const controller = new AbortController();
  const instance: InstanceHandle = await runtime
    .instance(first)
    .budget(wallMs === undefined ? {} : { wallMs })
    .linkHost((linker) => {
      linker.resource("h", { drop: act });
      for (const name of places) {
        linker.func(name, () => {
          end(instance, controller);
          return answers[name](act);
        });
      }
    })
    .instantiate();
  const { signal } = controller;
  const failure: unknown = await instance.call(`run-${place}`, [], { signal }).catch((error: unknown) => error);
  const seen = { place, code: Reflect.get(Object(failure), "code") as unknown, answered, beside: beside.state };
  await Promise.all([instance.terminate(), beside.terminate()]);
  return seen;
}

test.each(cases)("a neighbour that is called in '$place' of a call that ends as $code goes on", async (ending) => {
  const { place, code } = ending;
  expect(await run(ending, "hi")).toEqual({ place, code, answered: 7, beside: "ready" });
});

test.each(cases)("a neighbour that traps in '$place' leaves the end, $code, to whose it is", async (ending) => {
  const { place, code } = ending;
  const answered = "wasm trap: unreachable";
  expect(await run(ending, "fail")).toEqual({ place, code, answered, beside: "trapped" });
});
