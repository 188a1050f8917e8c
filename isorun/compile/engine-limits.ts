/**
 * What engines take at most (WebAssembly JavaScript Interface, Implementation-defined Limits), and rewriting can pass. A
 * module that would is refused before an engine has it, which would tell of code that nobody wrote.
 */
import { UnsupportedError } from "../errors/errors.ts";

/** With its parameters. */
export const functionLocalsMax = 50_000;
export const functionBytesMax = 7_654_321;
/** Of one `array.new_fixed`. */
export const fixedOperandsMax = 10_000;

const moduleLimits = { bytes: 2 ** 30, types: 1_000_000, functions: 1_000_000, imports: 1_000_000 } as const;

/** @throws UnsupportedError if the module would have more of them than engines take */
export function requireOfModule(of: keyof typeof moduleLimits, count: number): void {
  const limit = moduleLimits[of];
  if (count > limit) refuse("that", `${count} ${of}`, limit);
}

/** @param many bytes, locals or operands, of which engines take `limit` @throws UnsupportedError */
export const refuseFunction = (func: number, many: string, limit: number): never =>
  refuse(`whose function ${func}`, many, limit);

function refuse(what: string, many: string, limit: number): never {
  throw new UnsupportedError(`a budget for a core module ${what} would have ${many} (engines take ${limit})`);
}
