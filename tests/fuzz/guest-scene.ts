/** A random signature, and the guests that have it: alone, and coupled by an adapter. */

import { ComponentError, TrapError } from "../../isorun/errors/errors.ts";
import type { Component } from "../../isorun/runtime/component.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import type { Linker } from "../../isorun/runtime/linker.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import type { ValueType } from "../../isorun/types/component-types.ts";
import { formatWave } from "../../isorun/wave/format.ts";
import * as types from "../../isorun/wave/testing/types.ts";
import { Finding, keptScene } from "./case-kind.ts";
import type { ComponentBuilder, Encoding, Signature } from "./component-builder.ts";
import { calleeBuilder, callerBuilder, coupleBuilder } from "./guest.ts";
import type { GuestImage } from "./guest-image.ts";
import { chance, pick, type Random, randomFrom, times } from "./random.ts";
import { encodeTree } from "./tree.ts";
import { randomType } from "./value-types.ts";

export interface GuestScene {
  readonly signature: Signature;
  readonly callerEncoding: Encoding;
  readonly calleeEncoding: Encoding;
  readonly load: (which: "caller" | "callee" | "couple") => Promise<Component>;
}

const encodings: readonly Encoding[] = ["utf8", "utf16", "latin1-utf16"];
const runtime = new Runtime();

export const guestScene = keptScene((seed: number): GuestScene => {
  const random = randomFrom(seed);
  const signature = randomSignature(random);
  const callerEncoding = pick(random, encodings);
  const calleeEncoding = pick(random, encodings);
  const caller = { signature, encoding: callerEncoding };
  const callee = { signature, encoding: calleeEncoding };
  const builders: Readonly<Record<"caller" | "callee" | "couple", () => ComponentBuilder>> = {
    caller: () => callerBuilder(caller),
    callee: () => calleeBuilder(callee),
    couple: () => coupleBuilder(caller, callee),
  };
  const loaded = new Map<string, Promise<Component>>();
  const load = (which: keyof typeof builders): Promise<Component> => {
    const known = loaded.get(which) ?? runtime.load(encodeTree(builders[which]().tree()));
    loaded.set(which, known);
    return known;
  };
  return { signature, callerEncoding, calleeEncoding, load };
});

function randomSignature(random: Random): Signature {
  const choice = { depth: 1 + random(3), hasGated: chance(random, 3), hasLarge: true };
  const count = chance(random, 6) ? 8 : random(4);
  const params = times(count, () => randomType(random, choice));
  return { params, result: chance(random, 8) ? undefined : randomType(random, choice) };
}

/** How a call ended: what came back as text, or why not. */
export type Outcome =
  | { readonly kind: "value"; readonly text: string }
  | { readonly kind: "trap"; readonly message: string };

/** Values as text, in which two that are the same look the same. @throws TypeError for one that is not of its type */
export const textOf = (type: ValueType | undefined, value: unknown): string =>
  type === undefined ? String(value) : formatWave(value, type);

export function textOfAll(params: readonly ValueType[], values: readonly unknown[]): string {
  return params.length === 0 ? "" : formatWave(values, types.tuple(...params));
}

export async function instanceOf(component: Component, define: (linker: Linker) => void): Promise<InstanceHandle> {
  return runtime.instance(component).linkHost(define).instantiate();
}

/** Writes an image into a guest. */
export function pokeImage(handle: InstanceHandle, poke: string, image: GuestImage): void {
  const write = handle.func(poke);
  for (const [at, word] of image.words()) write(at, word);
}

/** A call from the host; only a trap may come instead of a value. */
export function outcomeOf(call: () => unknown, result: ValueType | undefined): Outcome {
  let value: unknown;
  try {
    value = call();
    if (result?.kind === "result") value = { tag: "ok", val: value };
  } catch (error) {
    if (error instanceof ComponentError)
      return { kind: "value", text: textOf(result, { tag: "err", val: error.payload }) };
    if (error instanceof TrapError) return { kind: "trap", message: error.message };
    throw error;
  }
  return { kind: "value", text: textOf(result, value) };
}

/** What the host's functions saw. */
export class Witness {
  readonly seen: string[] = [];
  bells = 0;
  readonly #signature: Signature;

  constructor(signature: Signature) {
    this.#signature = signature;
  }

  readonly sink = (...given: readonly unknown[]): void => {
    const { params } = this.#signature;
    // Whoever takes all that there is, is given the call's context behind the arguments.
    if (given.length > params.length + 1)
      throw new Finding(`${given.length} arguments for ${params.length} parameters`);
    this.seen.push(textOfAll(params, given.slice(0, params.length)));
  };

  /** Tries to come back into the instance that called. */
  bellOf(handle: () => InstanceHandle, poke: string): () => void {
    return () => {
      this.bells += 1;
      const { kind } = outcomeOf(() => handle().func(poke)(0, 0n), undefined);
      if (kind !== "trap") throw new Finding("an instance was entered while it was in a call of its own");
    };
  }
}
