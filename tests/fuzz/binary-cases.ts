/** Binaries that were broken with knowledge of the format: read, judged, described and rewritten, or refused by name. */
import { rewriteCoreModule } from "../../isorun/compile/rewrite-module.ts";
import { randomModule } from "../../isorun/compile/testing/random-module.ts";
import { decodeCoreModule } from "../../isorun/core-module/core-module.ts";
import { decodeComponent } from "../../isorun/decode/component.ts";
import { DecodeError, UnsupportedError, ValidationError } from "../../isorun/errors/errors.ts";
import type { ComponentType } from "../../isorun/types/component-types.ts";
import { formatWorld } from "../../isorun/types/wit-document.ts";
import { validateComponent } from "../../isorun/validate/component.ts";
import { type CaseKind, type CaseSeed, type Ending, Finding, keptScene } from "./case-kind.ts";
import { mutant } from "./mutate.ts";
import { chance, type Random, randomFrom, seedOf } from "./random.ts";
import { randomComponent } from "./random-component.ts";
import { encodeTree, type Tree } from "./tree.ts";
import { typedModule } from "./typed-module.ts";

/** The ways in which bytes may be refused. @throws what is none of them */
function refusal(error: unknown): Ending {
  if (error instanceof DecodeError) return "malformed";
  if (error instanceof ValidationError) return "invalid";
  if (error instanceof UnsupportedError) return "unsupported";
  throw error;
}

interface Judged {
  readonly ending: Ending;
  readonly why?: string;
  /** Of one that is valid. */
  readonly type?: ComponentType;
}

/** What the engine says of a component, short of compiling its core modules. */
export function judge(bytes: Uint8Array): Judged {
  try {
    const { type } = validateComponent(decodeComponent(bytes), bytes);
    formatWorld(type);
    return { ending: "valid", type };
  } catch (error) {
    return { ending: refusal(error), why: (error as Error).message };
  }
}

const componentScene = keptScene(
  (seed: number): Tree => randomComponent(randomFrom(seed), chance(randomFrom(seed), 4)),
);

/** The case's component: the first one of a scene is as it was made, and valid. */
export function componentOf({ scene, call }: CaseSeed): Uint8Array {
  const tree = componentScene(scene);
  return call === 0 ? encodeTree(tree) : mutant(tree, randomFrom(seedOf(scene, call)));
}

function runComponent(seed: CaseSeed): Ending {
  const { ending, why } = judge(componentOf(seed));
  if (seed.call === 0 && ending !== "valid") throw new Finding(`a component that should be valid is ${ending}: ${why}`);
  return ending;
}

const moduleScene = keptScene((seed: number): Uint8Array => randomModule(randomFrom(seed)));

function mutatedModule(source: Uint8Array, random: Random): Uint8Array {
  const bytes = source.slice();
  for (let count = 1 + random(3); count > 0; count -= 1) {
    const at = 8 + random(bytes.length - 8);
    bytes[at] = chance(random, 2) ? random(0x100) : (bytes[at] ?? 0) ^ (1 << random(8));
  }
  return chance(random, 10) ? bytes.slice(0, 8 + random(bytes.length - 8)) : bytes;
}

/** A module that is not valid does not become so by what the metering adds. */
function runRewrite({ scene, call }: CaseSeed): Ending {
  const random = randomFrom(seedOf(scene, call));
  const bytes = chance(random, 4) ? typedModule(random) : mutatedModule(moduleScene(scene), random);
  let rewritten: Uint8Array;
  try {
    rewritten = rewriteCoreModule(decodeCoreModule(bytes), { fuel: true, growth: true, callDepth: true }).bytes;
  } catch (error) {
    return refusal(error);
  }
  const isValid = WebAssembly.validate(bytes.slice());
  if (WebAssembly.validate(rewritten.slice()) !== isValid) {
    if (!isValid && isLabelMiscounted(bytes)) return "refused by the engine alone";
    throw new Finding(`a module that is ${isValid ? "" : "not "}valid is otherwise when it is metered`);
  }
  return isValid ? "valid" : "invalid either way";
}

/**
 * JavaScriptCore does not count blocks that are never reached where `br_on_null` stands in them, and takes labels that are
 * there for others. Whether a label is there has been looked at by then, when the module was rewritten.
 */
function isLabelMiscounted(bytes: Uint8Array): boolean {
  const compiled = (): WebAssembly.Module => new WebAssembly.Module(bytes.slice());
  try {
    compiled();
    return false;
  } catch (error) {
    return /target \d+ exceeds control stack size/.test(String(error));
  }
}

export const binaryKinds = {
  component: { run: runComponent, share: 480 },
  rewrite: { run: runRewrite, share: 60 },
} as const satisfies Readonly<Record<string, CaseKind>>;
