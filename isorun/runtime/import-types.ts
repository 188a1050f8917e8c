/**
 * What a component asks for against what those who serve it state. Resources of imports are those of whoever gives them,
 * found by their names. A function that fitted once is not compared again, as long as the same types serve the imports: a
 * component keeps its types, but its resources are another's with each link.
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
type Fitting = WeakMap<FuncType, FuncType>;

/** Of functions without resources: these fit whoever serves the other imports. */
const fitting: Fitting = new WeakMap();

interface Served {
  /** In the order of the imports; undefined for those whose types nobody stated. */
  readonly by: readonly (ExternType | undefined)[];
  /** From the resources of the imports to those of who serves them. */
  readonly substitution: Substitution;
  readonly fitting: Fitting;
}

/** The last of each component: most are linked in one way only. */
const lastServed = new WeakMap<ReadonlyMap<string, ExternType>, Served>();

export class ImportTypes {
  readonly #imports: ReadonlyMap<string, ExternType>;
  readonly #options: ImportTypesOptions;
  #known: Served | undefined;

  constructor(imports: ReadonlyMap<string, ExternType>, options: ImportTypesOptions) {
    this.#imports = imports;
    this.#options = options;
  }

  /** With the resources of what serves the imports. */
  wanted(type: ExternType): ExternType {
    return this.#served.substitution.extern(type);
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
    if (declared?.type === undefined || given?.kind !== "func") return undefined;
    const fits = type.hasResource ? this.#served.fitting : fitting;
    if (fits.get(type) === given) return undefined;
    const wanted = this.wanted(type) as FuncType; // the kind stays
    const mismatch = externMismatch(given, wanted);
    if (mismatch !== undefined) return { wanted, given, givenIn: declared.type.exports, mismatch };
    fits.set(type, given);
    return undefined;
  }

  get #served(): Served {
    if (this.#known !== undefined) return this.#known;
    const by = [...this.#imports.keys()].map((name) => this.#options.typeOf(name));
    const last = lastServed.get(this.#imports);
    const isSame = last?.by.every((type, place) => type === by[place]) === true;
    this.#known = last !== undefined && isSame ? last : this.#serve(by);
    return this.#known;
  }

  #serve(by: Served["by"]): Served {
    const substitution = new Substitution();
    const names = [...this.#imports.keys()];
    const given = new Map(
      by.flatMap((type, place) => (type === undefined ? [] : [[names[place] ?? "", type] as const])),
    );
    matchResources(this.#imports, given, { open: this.#options.open, substitution });
    const served: Served = { by, substitution, fitting: new WeakMap() };
    lastServed.set(this.#imports, served);
    return served;
  }
}
