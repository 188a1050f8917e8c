/**
 * Valid components that came out of changes, instantiated and called with random values: whatever their canonical
 * definitions and their code came to, all that comes back is a value of its type, a trap, or the end of the budget.
 */
import type { ComponentNode } from "../../isorun/decode/ast.ts";
import {
  BudgetExhausted,
  ComponentError,
  LinkError,
  TrapError,
  UnsupportedError,
  ValidationError,
} from "../../isorun/errors/errors.ts";
import type { Component } from "../../isorun/runtime/component.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import type { FuncType, InstanceType } from "../../isorun/types/component-types.ts";
import { judge } from "./binary-cases.ts";
import type { CaseKind, CaseSeed, Ending } from "./case-kind.ts";
import { outcomeOf } from "./guest-scene.ts";
import { allKnown, changedComponent } from "./known-cases.ts";
import { pick, type Random, randomFrom, seedOf } from "./random.ts";
import { hasPlainValues, randomValue } from "./value-types.ts";

const runtime = new Runtime();
/** In instructions and bytes: much more than any of the texts needs. */
const budget = { fuel: 200_000n, maxMemoryBytes: 2 ** 24, maxTableElements: 10_000, maxCallDepth: 200 };
const callsMost = 6;
const attemptsMost = 40;

/** By the words of the scoreboard. @throws what may not come */
function endingOf(error: unknown): Ending {
  if (error instanceof TrapError || error instanceof ComponentError) return "trap";
  if (error instanceof BudgetExhausted) return "over the budget";
  if (error instanceof LinkError) return "not linked";
  if (error instanceof UnsupportedError) return "unsupported";
  throw error;
}

async function runCalls(seed: CaseSeed): Promise<Ending> {
  const bytes = await callableComponentOf(seed);
  if (bytes === undefined) return "nothing to call";
  const component = await loaded(bytes);
  if (component === undefined) return "not valid";
  const random = randomFrom(seedOf(seed.scene, seed.call + 1000));
  try {
    const handle = await runtime.instance(component).budget(budget).unknownImportsTrap().instantiate();
    try {
      return callAll(random, component, handle);
    } finally {
      await handle.terminate(); // also of one that a call threw out of and left ready
    }
  } catch (error) {
    return endingOf(error);
  }
}

let callable: Promise<readonly ComponentNode[]> | undefined;

const isCallable = (bytes: Uint8Array): boolean => {
  const { type } = judge(bytes);
  return type !== undefined && funcsOf(type.exports).length > 0;
};

/** Most changes break a rule, and some take away what can be called: the first that does neither. */
async function callableComponentOf({ scene, call }: CaseSeed): Promise<Uint8Array | undefined> {
  callable ??= allKnown().then((nodes) => nodes.filter(({ bytes }) => isCallable(bytes)));
  const nodes = await callable;
  for (let attempt = 0; attempt < attemptsMost; attempt += 1) {
    const bytes = changedComponent({ scene: seedOf(scene, attempt), call }, nodes);
    if (isCallable(bytes)) return bytes;
  }
  return undefined;
}

/** What the engine's compiler refuses within a core module, or has not, is told by this only. */
async function loaded(bytes: Uint8Array): Promise<Component | undefined> {
  try {
    return await runtime.load(bytes);
  } catch (error) {
    if (error instanceof UnsupportedError || error instanceof ValidationError) return undefined;
    throw error;
  }
}

function callAll(random: Random, component: Component, handle: InstanceHandle): Ending {
  const funcs = funcsOf(component.exports);
  for (let count = 0; count < callsMost; count += 1) {
    const [name, { params, result }] = pick(random, funcs);
    const args = params.map(({ type }) => randomValue(random, type));
    const call = (): unknown => handle.func(name)(...args);
    // Text can be made of what is of its type only.
    if (result === undefined || !hasPlainValues(result)) call();
    else if (outcomeOf(call, result).kind === "trap") return "trap";
  }
  return "values";
}

type Exports = InstanceType["exports"];

/** Also those of instances, by the names that they are called by; without those that take what only a guest can give. */
function funcsOf(exports: Exports): (readonly [string, FuncType])[] {
  const nested = [...exports].flatMap(([name, type]) =>
    type.kind === "instance" ? directFuncs(type.exports, `${name}#`) : [],
  );
  return [...directFuncs(exports, ""), ...nested];
}

const directFuncs = (exports: Exports, prefix: string): (readonly [string, FuncType])[] =>
  [...exports].flatMap(([name, type]) =>
    type.kind === "func" && !type.isAsync && type.params.every((param) => hasPlainValues(param.type))
      ? [[`${prefix}${name}`, type] as const]
      : [],
  );

export const runKinds = { run: { run: runCalls, share: 12 } } as const satisfies Readonly<Record<string, CaseKind>>;
