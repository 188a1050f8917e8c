/**
 * Two instances that are linked, and hand resources to each other by whatever numbers they are told: both sides make up
 * handles. A model of both tables of handles says what each step must give, or that it traps.
 */
import type { Component } from "../../isorun/runtime/component.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import * as types from "../../isorun/wave/testing/types.ts";
import { assemble } from "../components/assemble.ts";
import { type CaseKind, type CaseSeed, type Ending, Finding } from "./case-kind.ts";
import { outcomeOf } from "./guest-scene.ts";
import { HandleTable } from "./handle-model.ts";
import { pick, type Random, randomBits, randomFrom, seedOf } from "./random.ts";

const u32 = types.primitive("u32");

/** Defines the resource. What it is given it keeps; `give` gives whatever stands at an index. */
const owner = `(component
  (type $r' (resource (rep i32)))
  (export $r "r" (type $r'))
  (core func $new (canon resource.new $r'))
  (core func $rep (canon resource.rep $r'))
  (core module $m (func (export "same") (param i32) (result i32) (local.get 0)))
  (core instance $i (instantiate $m))
  (func $make (param "rep" u32) (result (own $r)) (canon lift (core func $new)))
  (func $take (param "r" (own $r)) (result u32) (canon lift (core func $rep)))
  (func $look (param "r" (borrow $r)) (result u32) (canon lift (core func $i "same")))
  (func $back (param "r" (own $r)) (result (own $r)) (canon lift (core func $i "same")))
  (func $give (param "at" u32) (result (own $r)) (canon lift (core func $i "same")))
  (instance $b (export "r" (type $r)) (export "make" (func $make)) (export "take" (func $take))
    (export "look" (func $look)) (export "back" (func $back)) (export "give" (func $give)))
  (export "b" (instance $b)))`;

/** Hands on numbers as the handles that its imports take, and has a resource of its own in the same table. */
const user = `(component
  (import "b" (instance $b
    (export "r" (type $r (sub resource)))
    (export "make" (func (param "rep" u32) (result (own $r))))
    (export "take" (func (param "r" (own $r)) (result u32)))
    (export "look" (func (param "r" (borrow $r)) (result u32)))
    (export "back" (func (param "r" (own $r)) (result (own $r))))
    (export "give" (func (param "at" u32) (result (own $r))))))
  (alias export $b "r" (type $r))
  (type $own (resource (rep i32)))
  (core func $make (canon lower (func $b "make")))
  (core func $take (canon lower (func $b "take")))
  (core func $look (canon lower (func $b "look")))
  (core func $back (canon lower (func $b "back")))
  (core func $give (canon lower (func $b "give")))
  (core func $drop (canon resource.drop $r))
  (core func $make-own (canon resource.new $own))
  (core func $look-own (canon resource.rep $own))
  (core func $drop-own (canon resource.drop $own))
  (func (export "make") (param "x" u32) (result u32) (canon lift (core func $make)))
  (func (export "take") (param "x" u32) (result u32) (canon lift (core func $take)))
  (func (export "look") (param "x" u32) (result u32) (canon lift (core func $look)))
  (func (export "back") (param "x" u32) (result u32) (canon lift (core func $back)))
  (func (export "give") (param "x" u32) (result u32) (canon lift (core func $give)))
  (func (export "drop") (param "x" u32) (canon lift (core func $drop)))
  (func (export "make-own") (param "x" u32) (result u32) (canon lift (core func $make-own)))
  (func (export "look-own") (param "x" u32) (result u32) (canon lift (core func $look-own)))
  (func (export "drop-own") (param "x" u32) (canon lift (core func $drop-own))))`;

const runtime = new Runtime();
let loaded: Promise<readonly [Component, Component]> | undefined;

async function load(): Promise<readonly [Component, Component]> {
  const read = await assemble([owner, user]);
  return [await runtime.load(read(owner)), await runtime.load(read(user))];
}

/** Of both resources, in both instances; the owner knows what it defined by what it stands for. */
interface Tables {
  readonly user: HandleTable<"linked" | "own">;
  readonly owner: HandleTable<"linked">;
}

/** What a step must give; undefined where it must trap, null where it gives nothing. */
type Expected = number | null | undefined;

const steps: Readonly<Record<string, (tables: Tables, given: number) => Expected>> = {
  make: (tables, value) => {
    tables.owner.pass({ owner: "linked", value });
    return tables.user.add({ owner: "linked", value });
  },
  take: (tables, at) => {
    const entry = tables.user.remove("linked", at);
    if (entry !== undefined) tables.owner.add({ owner: "linked", value: entry.value });
    return entry?.value;
  },
  look: (tables, at) => tables.user.get("linked", at)?.value,
  back: (tables, at) => {
    const entry = tables.user.remove("linked", at);
    if (entry === undefined) return undefined;
    tables.owner.pass({ owner: "linked", value: entry.value });
    return tables.user.add(entry);
  },
  give: (tables, at) => {
    const entry = tables.owner.remove("linked", at);
    return entry && tables.user.add({ owner: "linked", value: entry.value });
  },
  drop: (tables, at) => tables.user.remove("linked", at) && null,
  "make-own": (tables, value) => tables.user.add({ owner: "own", value }),
  "look-own": (tables, at) => tables.user.get("own", at)?.value,
  "drop-own": (tables, at) => tables.user.remove("own", at) && null,
};

function argumentOf(random: Random, name: string, tables: Tables): number {
  if (name.startsWith("make")) return randomBits(random) >>> 0;
  const table = name === "give" ? tables.owner : tables.user;
  const held = table.someOf(name.endsWith("-own") ? "own" : "linked", random);
  const wild = random(60);
  if (wild === 0) return randomBits(random) >>> 0;
  return wild === 1 || held === undefined ? random(table.size + 1) : held;
}

/** Steps for which nothing is held would end most cases at once. */
function nameOf(random: Random, tables: Tables): string {
  const name = pick(random, Object.keys(steps));
  const isEmpty = (table: Tables[keyof Tables], kind: "linked" | "own") =>
    (table as HandleTable<"linked" | "own">).someOf(kind, random) === undefined; // the owner has one kind of the two
  if (name.startsWith("make") || random(20) === 0) return name;
  if (name === "give") return isEmpty(tables.owner, "linked") ? "make" : name;
  return isEmpty(tables.user, name.endsWith("-own") ? "own" : "linked") ? "make" : name;
}

async function runLinks({ scene, call }: CaseSeed): Promise<Ending> {
  const random = randomFrom(seedOf(scene, call));
  loaded ??= load();
  const [ownerComponent, userComponent] = await loaded;
  const inner = await runtime.instance(ownerComponent).instantiate();
  const outer = await runtime.instance(userComponent).linkLocal("b", inner).instantiate();
  const tables = { user: new HandleTable<"linked" | "own">(), owner: new HandleTable<"linked">() };
  let ending: Ending = "done";
  for (let left = 5 + random(40); left > 0 && ending === "done"; left -= 1) ending = step(random, outer, tables);
  await outer.terminate();
  await inner.terminate();
  return ending;
}

function step(random: Random, outer: InstanceHandle, tables: Tables): Ending {
  const name = nameOf(random, tables);
  const given = argumentOf(random, name, tables);
  const expected = steps[name]?.(tables, given);
  const hasResult = !name.startsWith("drop");
  const outcome = outcomeOf(() => outer.func(name)(given), hasResult ? u32 : undefined);
  const found = outcome.kind === "trap" ? undefined : hasResult ? Number(outcome.text) : null;
  if (found !== expected) throw new Finding(`${name}(${given}): ${found} instead of ${expected}`);
  return outcome.kind === "trap" ? "trap" : "done";
}

export const linkKinds = { links: { run: runLinks, share: 20 } } as const satisfies Readonly<Record<string, CaseKind>>;
