/**
 * What one instantiation does on the host's side, which no budget counts: a component may define n things and be
 * instantiated n times, in a file of a few bytes for each. Counted by what there is to define, before it is made.
 */
import type { CoreModule } from "../core-module/core-module.ts";
import { UnsupportedError } from "../errors/errors.ts";
import type { ValidComponent, ValidDefinition } from "../validate/valid-component.ts";

/** As many as the types that one file may make (validate/scope.ts). */
export const definitionsMax = 1_000_000;
/** An instance has index spaces and a state, whatever it defines. */
const ofInstance = 10;

/** Of one instantiation, with all instances in it. */
export class InstantiationWork {
  #definitions = 0;

  /** @throws UnsupportedError */
  spend(definitions: number): void {
    this.#definitions += definitions;
    if (this.#definitions <= definitionsMax) return;
    throw new UnsupportedError(`an instantiation of more than ${definitionsMax} definitions in all its instances`);
  }

  /** @throws UnsupportedError */
  addInstance(component: ValidComponent): void {
    this.spend(sizeOf(component));
  }

  /** The engine looks at all that it imports and exports, each time. @throws UnsupportedError */
  addCoreInstance({ imports, exports }: CoreModule): void {
    this.spend(imports.length + exports.size);
  }
}

const known = new WeakMap<ValidComponent, number>();

function sizeOf(component: ValidComponent): number {
  const before = known.get(component);
  if (before !== undefined) return before;
  const size = component.definitions.reduce((sum, definition) => sum + 1 + namesIn(definition), ofInstance);
  known.set(component, size);
  return size;
}

/** How much is looked up by name to make an instance. */
function namesIn(definition: ValidDefinition): number {
  if (definition.kind !== "instance" && definition.kind !== "core instance") return 0;
  const { instance } = definition;
  return instance.kind === "exports" ? instance.exports.length : instance.arguments.length;
}
