/**
 * What types are called in one block of WIT, the world or an interface: by its own names, or by those that it takes from
 * an interface with `use`. A type that has neither cannot be spoken of there.
 */
import type { AnyType } from "./component-types.ts";
import { identifier } from "./wit-identifier.ts";
import type { WitPackages } from "./wit-packages.ts";

/** Where a type is defined. */
export interface Home {
  /** The interface; undefined where no `use` reaches: in the world, and in what stands in it. */
  readonly place: string | undefined;
  readonly label: string;
  readonly isImported: boolean;
}

/** By what the aliases of a type have in common. */
export type Homes = Map<object, Home>;

/** What aliases of a type have in common; undefined for those that are written out. */
export function identityOf(type: AnyType): object | undefined {
  if (type.kind === "resource") return type.resource;
  if (type.kind === "record") return type.fields;
  if (type.kind === "variant") return type.cases;
  return type.kind === "enum" || type.kind === "flags" ? type.labels : undefined;
}

/** `ns:pkg/iface@version`. */
const interfaceName = /^((?:[a-z][a-z0-9-]*:)+[a-z][a-z0-9-]*)\/([a-z][a-z0-9-]*)(@[^@]+)?$/i;

interface InterfacePath {
  /** `ns:pkg`. */
  readonly path: string;
  readonly label: string;
  /** With the `@`; empty if there is none. */
  readonly version: string;
}

/** As imports and exports name it; undefined for other names. */
export function interfacePathOf(name: string): InterfacePath | undefined {
  const [, path, label, version = ""] = interfaceName.exec(name) ?? [];
  return path === undefined || label === undefined ? undefined : { path, label, version };
}

export const packageText = (path: string): string => path.split(":").map(identifier).join(":");

export const interfaceText = ({ path, label, version }: InterfacePath): string =>
  `${packageText(path)}/${identifier(label)}${version}`;

interface ScopeOptions {
  /** The interface; undefined for the world, and for what stands in it. */
  readonly place: string | undefined;
  /** A `use` in a world imports its interface. */
  readonly isWorld: boolean;
  readonly isImported: boolean;
  /** Of an interface that is exported too: the same types as the export has them, by their labels. */
  readonly twins: ReadonlyMap<string, AnyType>;
  /** Names that a `use` may not take. */
  readonly labels: Iterable<string>;
  readonly homes: Homes;
  readonly packages: WitPackages;
}

export class WitScope {
  readonly #options: ScopeOptions;
  readonly #taken: Set<string>;
  readonly #names = new Map<AnyType, string>();
  readonly #firsts = new Map<object, string>();
  /** What is defined here and nowhere before. */
  readonly #settled = new Set<object>();
  readonly #uses: string[] = [];
  #hasMissed = false;

  constructor(options: ScopeOptions) {
    this.#options = options;
    this.#taken = new Set([...options.labels].map((label) => label.toLowerCase()));
  }

  /** Items of this block that types elsewhere in it asked for. */
  get uses(): readonly string[] {
    return this.#uses;
  }

  /** A type with a name of this block, whether it is written yet or not. */
  declare(label: string, type: AnyType): void {
    this.#taken.add(label.toLowerCase());
    for (const each of this.#withTwin(label, type)) {
      this.#names.set(each, identifier(label));
      const identity = identityOf(each);
      if (identity !== undefined && !this.#firsts.has(identity)) this.#firsts.set(identity, label);
    }
  }

  /** One that cannot be written has no name. */
  forget(label: string, type: AnyType): void {
    for (const each of this.#withTwin(label, type)) {
      this.#names.delete(each);
      const identity = identityOf(each);
      if (identity === undefined || this.#firsts.get(identity) !== label) continue;
      this.#firsts.delete(identity);
      if (this.#settled.delete(identity)) this.#options.homes.delete(identity);
    }
  }

  #withTwin(label: string, type: AnyType): readonly AnyType[] {
    const twin = this.#options.twins.get(label);
    return twin === undefined ? [type] : [type, twin];
  }

  isTaken(label: string): boolean {
    return this.#taken.has(label.toLowerCase());
  }

  /** How a type is called here; undefined for one that is written out. What cannot be said is an ellipsis, and missed. */
  get(type: AnyType): string | undefined {
    const own = this.#names.get(type);
    if (own !== undefined) return own;
    const identity = identityOf(type);
    if (identity === undefined) return undefined;
    const first = this.#firsts.get(identity);
    if (first !== undefined) return identifier(first);
    const used = this.#use(identity, type);
    if (used === undefined) this.#hasMissed = true;
    return used ?? "…";
  }

  /** Whether a type was asked for since the last time that cannot be spoken of here. */
  takeMissed(): boolean {
    const hasMissed = this.#hasMissed;
    this.#hasMissed = false;
    return hasMissed;
  }

  /** Another name of this block for the same type. */
  firstNameOf(label: string, type: AnyType): string | undefined {
    const identity = identityOf(type);
    const first = identity === undefined ? undefined : this.#firsts.get(identity);
    return first === undefined || first === label ? undefined : identifier(first);
  }

  /** Where it is defined, if that is elsewhere; undefined is for one that may be defined here. */
  homeOf(type: AnyType): Home | undefined {
    const identity = identityOf(type);
    return identity === undefined ? undefined : this.#options.homes.get(identity);
  }

  /** It is defined here. */
  settle(label: string, type: AnyType): void {
    const { place, homes, isImported } = this.#options;
    for (const each of this.#withTwin(label, type)) {
      const identity = identityOf(each);
      if (identity === undefined || homes.has(identity)) continue;
      this.#settled.add(identity);
      homes.set(identity, { place, label, isImported: isImported && each === type });
    }
  }

  /** The statement that takes a type from its home, which is written then; undefined where none can. */
  useOf(name: string, home: Home): string | undefined {
    const from = home.place === undefined ? undefined : interfacePathOf(home.place);
    if (from === undefined || (this.#options.isWorld && !home.isImported)) return undefined;
    const here = this.#options.place === undefined ? undefined : interfacePathOf(this.#options.place);
    if (here !== undefined && !this.#options.packages.take(here, from)) return undefined;
    const isNear = here?.path === from.path && here.version === from.version;
    const [label, own] = [identifier(home.label), identifier(name)];
    return `use ${isNear ? identifier(from.label) : interfaceText(from)}.{${label === own ? own : `${label} as ${own}`}};`;
  }

  /** The name that it has from now on. */
  #use(identity: object, type: AnyType): string | undefined {
    const home = this.#options.homes.get(identity);
    const from = home?.place === undefined ? undefined : interfacePathOf(home.place);
    if (home === undefined || from === undefined || home.place === this.#options.place) return undefined;
    const label = [home.label, `${from.label}-${home.label}`].find((each) => !this.isTaken(each));
    const statement = label === undefined ? undefined : this.useOf(label, home);
    if (label === undefined || statement === undefined) return undefined;
    this.#uses.push(statement);
    this.#taken.add(label.toLowerCase());
    this.declare(label, type);
    return identifier(label);
  }
}
