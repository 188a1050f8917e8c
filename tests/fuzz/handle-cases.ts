/**
 * Handles that a guest makes up. One component uses a resource of its own and one of the host, by whatever numbers it is
 * told; a model of the table of handles (Canonical ABI, Table State) says what each step must give, or that it traps.
 */

import type { Component } from "../../isorun/runtime/component.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import * as types from "../../isorun/wave/testing/types.ts";
import { type CaseKind, type CaseSeed, type Ending, Finding } from "./case-kind.ts";
import { ComponentBuilder } from "./component-builder.ts";
import { instanceOf, outcomeOf } from "./guest-scene.ts";
import { HandleTable } from "./handle-model.ts";
import { pick, type Random, randomBits, randomFrom, seedOf } from "./random.ts";
import { encodeTree } from "./tree.ts";

const u32 = types.primitive("u32");

/** Core functions that take and give handles as plain numbers, lifted as they are. */
function handlesComponent(): Uint8Array {
  const builder = new ComponentBuilder("import");
  const theirs = builder.importResource("r");
  const own = builder.handleType("own", theirs);
  const borrow = builder.handleType("borrow", theirs);
  const make = builder.lower(builder.importFunc("make", builder.funcTypeOf([], own)), {});
  const take = builder.lower(builder.importFunc("take", builder.funcTypeOf([own])), {});
  const lend = builder.lower(builder.importFunc("lend", builder.funcTypeOf([borrow])), {});
  const ours = builder.resourceType();
  const given = builder.funcType({ params: [], result: u32 });
  const taken = builder.funcType({ params: [u32], result: undefined });
  const both = builder.funcType({ params: [u32], result: u32 });
  const functions: readonly (readonly [string, number, number])[] = [
    ["make-theirs", make, given],
    ["take-theirs", take, taken],
    ["lend-theirs", lend, taken],
    ["drop-theirs", builder.resourceBuiltin("drop", theirs), taken],
    ["make-ours", builder.resourceBuiltin("new", ours), both],
    ["look-ours", builder.resourceBuiltin("rep", ours), both],
    ["drop-ours", builder.resourceBuiltin("drop", ours), taken],
  ];
  for (const [name, func, type] of functions) {
    builder.export({ name, sort: "func", index: builder.lift(func, { type, options: {} }) });
  }
  return encodeTree(builder.tree());
}

let loaded: Promise<Component> | undefined;

interface Stage {
  readonly handle: InstanceHandle;
  readonly table: HandleTable<"theirs" | "ours">;
  /** What the host saw since the last step. */
  readonly seen: string[];
  made: number;
}

interface Step {
  readonly func: string;
  readonly args: readonly number[];
  /** Undefined where it must trap; otherwise what comes back, and what the host sees. */
  readonly expected: { readonly result: number | undefined; readonly seen: readonly string[] } | undefined;
}

function nextStep(random: Random, { table, made }: Stage): Step {
  const owner = random(2) === 0 ? "theirs" : "ours";
  const held = table.someOf(owner, random);
  const wild = random(40);
  const index = wild === 0 ? randomBits(random) : wild === 1 || held === undefined ? random(table.size + 1) : held;
  const kind = held === undefined && wild > 2 ? "make" : pick(random, ["make", "make", "use", "use", "drop"] as const);
  if (kind === "make" && owner === "theirs") {
    return { func: "make-theirs", args: [], expected: { result: table.add({ owner, value: made + 1 }), seen: [] } };
  }
  if (kind === "make") {
    const value = randomBits(random);
    return { func: "make-ours", args: [value], expected: { result: table.add({ owner, value }), seen: [] } };
  }
  if (kind === "use" && owner === "ours") {
    const found = table.get(owner, index);
    return { func: "look-ours", args: [index], expected: found && { result: found.value, seen: [] } };
  }
  const verb = kind === "drop" ? "drop" : random(2) === 0 ? "take" : "lend";
  const found = verb === "lend" ? table.get(owner, index) : table.remove(owner, index);
  const seen = owner === "theirs" ? [`${verb} ${found?.value}`] : [];
  return { func: `${verb}-${owner}`, args: [index], expected: found && { result: undefined, seen } };
}

async function openStage(): Promise<Stage> {
  loaded ??= new Runtime().load(handlesComponent());
  const stage = { table: new HandleTable<"theirs" | "ours">(), seen: [] as string[], made: 0 };
  const see = (verb: string) => (value: unknown) => {
    const { id } = value as { readonly id: number }; // the host's own objects come back
    stage.seen.push(`${verb} ${id}`);
  };
  const handle = await instanceOf(await loaded, (linker) => {
    linker.resource("r", { drop: see("drop") });
    linker.func("take", see("take")).func("lend", see("lend"));
    linker.func("make", () => {
      stage.made += 1;
      return { id: stage.made };
    });
  });
  return Object.assign(stage, { handle });
}

async function runHandles({ scene, call }: CaseSeed): Promise<Ending> {
  const random = randomFrom(seedOf(scene, call));
  const stage = await openStage();
  let ending = "done";
  for (let left = 4 + random(40); left > 0 && ending === "done"; left -= 1) {
    const step = nextStep(random, stage);
    const { seen } = stage;
    seen.length = 0;
    const hasResult = step.func.startsWith("make") || step.func.startsWith("look");
    const outcome = outcomeOf(() => stage.handle.func(step.func)(...step.args), hasResult ? u32 : undefined);
    const { expected } = step;
    const found = outcome.kind === "trap" ? undefined : { text: outcome.text, seen: [...seen] };
    const wanted = expected && { text: String(expected.result), seen: expected.seen };
    if (!Bun.deepEquals(found, wanted)) {
      throw new Finding(
        `${step.func}(${step.args.join()}): ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`,
      );
    }
    if (outcome.kind === "trap") ending = "trap";
  }
  await stage.handle.terminate();
  return ending;
}

export const handleKinds = { handles: { run: runHandles, share: 40 } } as const satisfies Readonly<
  Record<string, CaseKind>
>;
