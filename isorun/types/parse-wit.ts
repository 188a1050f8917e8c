/**
 * Reads interfaces as WIT writes them (design/mvp/WIT.md), into the types that they have as imports. What is read is what
 * hosts state of what they serve: packages of interfaces, without worlds. Gates like `@since` are passed over.
 *
 * Interfaces of a package `use` each other in any order: first it is seen where each of them stands, then each is read
 * when it is used first.
 */
import type { InstanceType } from "./component-types.ts";
import { readInterface, type UsedInterface, type UseOf } from "./wit-interface.ts";
import { WitTokens } from "./wit-tokens.ts";

export type { UsedInterface } from "./wit-interface.ts";

/** What another package gives to `use`. It may `fail` instead, which tells the place of the `use` too. */
export type WitLookup = UseOf;

export interface WitPackageName {
  /** `ns:name`. */
  readonly base: string;
  /** With the `@`; empty if there is none. */
  readonly version: string;
}

/**
 * @returns the interfaces of a text that begins with `package ns:name@version;`, by their whole names
 * @throws TypeError for what is no such text, with its line and column
 */
export function parseWit(text: string, lookup: WitLookup): ReadonlyMap<string, InstanceType> {
  return new PackageReader(new WitTokens(text), lookup).read();
}

/** Of a text whose rest is not looked at. @throws TypeError */
export const packageNameOf = (text: string): WitPackageName => readPackageName(new WitTokens(text, headTokens));

/** Also of a name in several parts. */
const headTokens = 32;

function readPackageName(tokens: WitTokens): WitPackageName {
  tokens.expect("package");
  let base = tokens.name();
  do {
    tokens.expect(":");
    base += `:${tokens.name()}`;
  } while (tokens.peek() === ":");
  const version = tokens.version();
  tokens.expect(";");
  return { base, version };
}

class PackageReader {
  readonly #tokens: WitTokens;
  readonly #lookup: WitLookup;
  readonly #package: WitPackageName;
  /** By label: where the braces of an interface begin. */
  readonly #places = new Map<string, number>();
  readonly #read = new Map<string, InstanceType>();
  /** Labels of those that are being read, each because the one before it uses it. */
  readonly #open: string[] = [];

  constructor(tokens: WitTokens, lookup: WitLookup) {
    this.#tokens = tokens;
    this.#lookup = lookup;
    this.#package = readPackageName(tokens);
    tokens.title = `${this.#package.base}${this.#package.version}`;
  }

  read(): ReadonlyMap<string, InstanceType> {
    this.#findPlaces();
    const { base, version } = this.#package;
    return new Map([...this.#places].map(([label, place]) => [`${base}/${label}${version}`, this.#at(label, place)]));
  }

  #findPlaces(): void {
    const tokens = this.#tokens;
    const taken = new Set<string>();
    while (!tokens.isAtEnd) {
      tokens.passGates();
      if (!tokens.accept("interface")) tokens.failExpecting("an interface", { hint: "; worlds are not stated" });
      this.#places.set(tokens.newName(taken), tokens.place);
      tokens.passBlock();
    }
  }

  #at(label: string, place: number): InstanceType {
    const known = this.#read.get(label);
    if (known !== undefined) return known;
    this.#open.push(label);
    const { base } = this.#package;
    const use: UseOf = (used, fail) => (this.#isOwn(used) ? this.#own(used, fail) : this.#lookup(used, fail));
    const type = this.#tokens.elsewhere(place, () => readInterface(this.#tokens, { base, label, use }));
    this.#open.pop();
    this.#read.set(label, type);
    return type;
  }

  #isOwn({ base, version }: UsedInterface): boolean {
    return base === this.#package.base && (version === "" || version === this.#package.version);
  }

  #own({ base, label }: UsedInterface, fail: (problem: string) => never): InstanceType {
    const place = this.#places.get(label);
    if (place === undefined) {
      return fail(
        `no interface '${label}' is in '${this.#tokens.title}'; it has ${[...this.#places.keys()].join(", ")}`,
      );
    }
    if (!this.#open.includes(label)) return this.#at(label, place);
    const cycle = [...this.#open.slice(this.#open.indexOf(label)), label].map((one) => `${base}/${one}`);
    return fail(`interfaces use each other: ${cycle.join(" → ")}; move what both use into a third one`);
  }
}
