/** What was defined and nothing imports; each list of names is compared with the imports once, however many are missing. */
import type { ExternType, InstanceType } from "../types/component-types.ts";
import { compatibleLookup } from "./compatible-name.ts";

type Items = ReadonlyMap<string, ExternType>;
type Definitions = ReadonlyMap<string, unknown>;

export class Unasked {
  readonly #imports: Items;
  readonly #known = new Map<Items, Map<Definitions, readonly string[]>>();

  constructor(imports: Items) {
    this.#imports = imports;
  }

  /** @param around the interface that they are defined for; without it they are for imports */
  among(definitions: Definitions, around?: InstanceType): readonly string[] {
    if (definitions.size === 0) return [];
    const asked = around?.exports ?? this.#imports;
    const known = this.#known.get(asked) ?? new Map<Definitions, readonly string[]>();
    this.#known.set(asked, known);
    const names = known.get(definitions) ?? namesOutside(definitions, asked);
    known.set(definitions, names);
    return names;
  }
}

function namesOutside(definitions: Definitions, asked: Items): readonly string[] {
  const isAsked = compatibleLookup(asked);
  return [...definitions.keys()].filter((name) => isAsked(name) === undefined);
}
