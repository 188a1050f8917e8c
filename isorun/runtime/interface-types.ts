/** What a host states of the interfaces that it serves, in WIT: imports that ask for other types are not linked then. */
import { argumentError } from "../../core/argument-error.ts";
import { nameOf } from "../call/check-value.ts";
import type { InstanceType } from "../types/component-types.ts";
import { packageNameOf, parseWit, type UsedInterface } from "../types/parse-wit.ts";

type Fail = (problem: string) => never;

/**
 * Packages of interfaces, which may `use` each other's types; each is read when somebody imports it first. `use` without
 * a version means the package that has none, or the only one of that name.
 *
 * ```ts
 * const types = new InterfaceTypes(`package acme:clock@1.0.0; interface now { ticks: func() -> u64; }`);
 * types.of("acme:clock/now@1.0.0")?.exports.has("ticks"); // → true
 * ```
 */
export class InterfaceTypes {
  /** By `ns:name@version`, as all below. */
  readonly #texts = new Map<string, string>();
  readonly #read = new Map<string, ReadonlyMap<string, InstanceType>>();
  /** Those that are being read, each because the one before it uses it. */
  readonly #open: string[] = [];

  /**
   * @param packages each begins with `package ns:name@version;`, and has interfaces only.
   * @throws TypeError (`invalid-argument`)
   */
  constructor(...packages: readonly string[]) {
    for (const text of packages) {
      if (typeof text !== "string") throw argumentError(`InterfaceTypes must be given texts, found ${nameOf(text)}`);
      const { base, version } = packageNameOf(text);
      const name = `${base}${version}`;
      if (this.#texts.has(name)) throw argumentError(`package '${name}' is stated twice`);
      this.#texts.set(name, text);
    }
  }

  /**
   * @param name `ns:pkg/iface@version`, as the text has it
   * @throws TypeError with package, line and column of what cannot be read
   */
  of(name: string): InstanceType | undefined {
    const [, base = "", version = ""] = /^([^/@]+)\/[^@]+(@.+)?$/.exec(name) ?? [];
    return this.#packageOf(`${base}${version}`)?.get(name);
  }

  #packageOf(name: string): ReadonlyMap<string, InstanceType> | undefined {
    const known = this.#read.get(name);
    const text = this.#texts.get(name);
    if (known !== undefined || text === undefined) return known;
    this.#open.push(name);
    try {
      const made = parseWit(text, (used, fail) => this.#used(used, fail));
      this.#read.set(name, made);
      return made;
    } finally {
      this.#open.pop();
    }
  }

  #used(used: UsedInterface, fail: Fail): InstanceType {
    const name = this.#statedFor(used, fail);
    if (this.#open.includes(name)) {
      const cycle = [...this.#open.slice(this.#open.indexOf(name)), name].join(" → ");
      return fail(`packages use each other: ${cycle}; move what both use into a third one`);
    }
    const interfaces = this.#packageOf(name) ?? new Map<string, InstanceType>();
    const [base, version] = name.split("@");
    const found = interfaces.get(`${base}/${used.label}${version === undefined ? "" : `@${version}`}`);
    if (found !== undefined) return found;
    const labels = [...interfaces.keys()].map((one) => one.replace(/^[^/]*\/|@.*$/g, ""));
    return fail(`'${name}' has no interface '${used.label}'; it has ${labels.join(", ")}`);
  }

  #statedFor({ base, label, version }: UsedInterface, fail: Fail): string {
    const stated = [...this.#texts.keys()].filter((name) => name.split("@")[0] === base);
    const exact = stated.find((name) => name === `${base}${version}`);
    if (exact !== undefined) return exact;
    const [only, ...others] = stated;
    const path = `'${base}/${label}${version}'`;
    if (only === undefined)
      return fail(`nothing states ${path}; give InterfaceTypes the text of package '${base}' too`);
    if (version !== "")
      return fail(`nothing states ${path}; ${stated.join(", ")} ${others.length > 0 ? "are" : "is"} stated`);
    if (others.length === 0) return only;
    return fail(`which ${path} is meant? Write its version: ${stated.join(", ")} are stated`);
  }
}
