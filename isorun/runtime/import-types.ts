/**
 * What a component asks for against what those who serve it state. Resources of imports are those of whoever gives them,
 * found by their names. A function that fitted once is not compared again: a component keeps its types.
 */
import type { ExternType, FuncType, InstanceType, Resource } from "../types/component-types.ts";
import { Substitution } from "../types/substitute.ts";
import { externMismatch, matchResources } from "../types/subtype.ts";
import type { HostDefinition } from "./linker.ts";

interface ImportTypesOptions {
  readonly open: ReadonlySet<Resource>;
  /** What is known of what serves an import. */
  readonly typeOf: (name: string) => ExternType | undefined;
}

interface FuncMismatch {
  readonly wanted: FuncType;
  readonly given: FuncType;
  readonly givenIn: ReadonlyMap<string, ExternType>;
  readonly mismatch: string;
}

/** The types that were stated for what a component asks for, where they fit. */
const fitting = new WeakMap<FuncType, FuncType>();

export class ImportTypes {
  readonly #imports: ReadonlyMap<string, ExternType>;
  readonly #options: ImportTypesOptions;
  #known: Substitution | undefined;

  constructor(imports: ReadonlyMap<string, ExternType>, options: ImportTypesOptions) {
    this.#imports = imports;
    this.#options = options;
  }

  /** With the resources of what serves the imports. */
  wanted(type: ExternType): ExternType {
    return this.#substitution.extern(type);
  }

  exportsOf(type: InstanceType): ReadonlyMap<string, ExternType> {
    const wanted = this.wanted(type);
    return wanted.kind === "instance" ? wanted.exports : type.exports;
  }

  /** Undefined if it fits, or if nobody stated its type. */
  mismatchOf(
    type: FuncType,
    { declared }: HostDefinition & { readonly kind: "func" },
    name: string,
  ): FuncMismatch | undefined {
    const given = declared?.type?.exports.get(name);
    if (declared?.type === undefined || given?.kind !== "func" || fitting.get(type) === given) return undefined;
    const wanted = this.wanted(type) as FuncType; // the kind stays
    const mismatch = externMismatch(given, wanted);
    if (mismatch !== undefined) return { wanted, given, givenIn: declared.type.exports, mismatch };
    fitting.set(type, given);
    return undefined;
  }

  get #substitution(): Substitution {
    if (this.#known !== undefined) return this.#known;
    const substitution = new Substitution();
    const given = new Map<string, ExternType>();
    for (const name of this.#imports.keys()) {
      const type = this.#options.typeOf(name);
      if (type !== undefined) given.set(name, type);
    }
    matchResources(this.#imports, given, { open: this.#options.open, substitution });
    this.#known = substitution;
    return substitution;
  }
}
