/** What a host states of the interfaces that it serves, in WIT: imports that ask for other types are not linked then. */
import type { InstanceType } from "../types/component-types.ts";
import { parseWit } from "../types/parse-wit.ts";

const packageName = /^\s*package\s+([^;\s]+)\s*;/;

/**
 * Packages of interfaces, which may `use` each other's types; each is read when somebody imports it first.
 *
 * ```ts
 * const types = new InterfaceTypes(`package acme:clock@1.0.0; interface now { ticks: func() -> u64; }`);
 * types.of("acme:clock/now@1.0.0")?.exports.has("ticks"); // → true
 * ```
 */
export class InterfaceTypes {
  readonly #texts = new Map<string, string>();
  readonly #read = new Map<string, ReadonlyMap<string, InstanceType>>();

  /** @param packages each begins with `package ns:name@version;`, and has interfaces only. @throws Error for other texts */
  constructor(...packages: readonly string[]) {
    for (const text of packages) {
      const name = packageName.exec(text)?.[1];
      if (name === undefined) throw new Error("a text of WIT that states types begins with its package");
      this.#texts.set(name, text);
    }
  }

  /**
   * @param name `ns:pkg/iface@version`, as the text has it
   * @throws Error with the line of what cannot be read
   */
  of(name: string): InstanceType | undefined {
    const [, base = "", version = ""] = /^([^/@]+)\/[^@]+(@.+)?$/.exec(name) ?? [];
    return this.#packageOf(`${base}${version}`)?.get(name);
  }

  #packageOf(name: string): ReadonlyMap<string, InstanceType> | undefined {
    const known = this.#read.get(name);
    const text = this.#texts.get(name);
    if (known !== undefined || text === undefined) return known;
    const made = parseWit(text, (used) => this.#usedBy(name, used));
    this.#read.set(name, made);
    return made;
  }

  /** Versions of packages that are stated together belong together: what is used is named without one. */
  #usedBy(user: string, used: string): InstanceType {
    const [base = ""] = used.split("/");
    const other = [...this.#texts.keys()].find((name) => name !== user && name.split("@")[0] === base);
    const [, version] = other?.split("@") ?? [];
    const found = other === undefined ? undefined : this.of(version === undefined ? used : `${used}@${version}`);
    if (found === undefined) throw new Error(`'${user}' uses '${used}', which nothing states`);
    return found;
  }
}
