/**
 * What engines take at most (WebAssembly JavaScript Interface, Implementation-defined Limits), and rewriting can pass. A
 * module that would is refused before an engine has it, which would tell of code that nobody wrote.
 */
import { UnsupportedError } from "../errors/errors.ts";

const moduleLimits = { bytes: 2 ** 30, types: 1_000_000, functions: 1_000_000, imports: 1_000_000 } as const;

/** Locals are those with the parameters. */
const functionLimits = { bytes: 7_654_321, locals: 50_000, "operands at once": 10_000 } as const;

export const localsMax: number = functionLimits.locals;

const refuse = (what: string, many: string, limit: number): never => {
  throw new UnsupportedError(`a budget for a core module ${what} would have ${many} (engines take ${limit})`);
};

/** @throws UnsupportedError if the module would have more of them than engines take */
export function requireOfModule(of: keyof typeof moduleLimits, count: number): void {
  if (count > moduleLimits[of]) refuse("that", `${count} ${of}`, moduleLimits[of]);
}

/** The same for the function of this index. @throws UnsupportedError */
export function requireOfFunction(func: number, of: keyof typeof functionLimits, count: number): void {
  if (count > functionLimits[of]) refuse(`whose function ${func}`, `${count} ${of}`, functionLimits[of]);
}
