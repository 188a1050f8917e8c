/** Packages of a document: which takes types from which. WIT has no packages that need each other crosswise. */
interface PackagePath {
  /** `ns:pkg`. */
  readonly path: string;
  /** With the `@`; empty if there is none. */
  readonly version: string;
}

/** Looking for a way back from each of many packages would take the square of their number. */
const looksMax = 1_000_000;

export class WitPackages {
  readonly #uses = new Map<string, Set<string>>();
  #looks = 0;

  /** Whether one can `use` what another has; if so it does from then on. */
  take(user: PackagePath, used: PackagePath): boolean {
    const [from, to] = [keyOf(user), keyOf(used)];
    if (from === to || this.#uses.get(from)?.has(to) === true) return true;
    if (this.#leads(to, from)) return false;
    this.#uses.set(from, (this.#uses.get(from) ?? new Set()).add(to));
    return true;
  }

  #leads(from: string, to: string): boolean {
    const seen = new Set([from]);
    for (const each of seen) {
      this.#looks += 1;
      if (each === to || this.#looks > looksMax) return true;
      for (const next of this.#uses.get(each) ?? []) seen.add(next);
    }
    return false;
  }
}

const keyOf = ({ path, version }: PackagePath): string => `${path}${version}`;
