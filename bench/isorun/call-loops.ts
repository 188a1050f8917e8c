/** Loops that call, timed: a call by itself is too short for a clock. */
import type { Calls, Measure } from "./job.ts";

/** Each loop is a function of its own: sharing one would make its call polymorphic. */
export function synchronousLoop(func: (...args: unknown[]) => unknown, { args, times }: Calls): Measure {
  const source = `${declared(args)} let result; for (let i = 0; i < ${times}; i += 1) result = func(${names(args)}); return result;`;
  // The text is made of constants of call-host.ts.
  // oxlint-disable-next-line no-implied-eval
  const run = new Function("func", source) as (func: unknown) => unknown;
  return async () => {
    const start = performance.now();
    const result = run(func);
    return { durationMs: (performance.now() - start) / times, output: printed(result) };
  };
}

export function awaitedLoop(func: (...args: unknown[]) => Promise<unknown>, { args, times }: Calls): Measure {
  const source = `return (async () => { ${declared(args)} let result; for (let i = 0; i < ${times}; i += 1) result = await func(${names(args)}); return result; })();`;
  // The text is made of constants of call-host.ts.
  // oxlint-disable-next-line no-implied-eval
  const run = new Function("func", source) as (func: unknown) => Promise<unknown>;
  return async () => {
    const start = performance.now();
    const result = await run(func);
    return { durationMs: (performance.now() - start) / times, output: printed(result) };
  };
}

const names = (args: readonly string[]): string => args.map((_, at) => `argument${at}`).join(", ");
const declared = (args: readonly string[]): string =>
  args.map((value, at) => `const argument${at} = ${value};`).join(" ");
const printed = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part));
