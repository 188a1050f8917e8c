/** Runs random modules (random-module.ts) as they are, counted and metered, to be compared. */
import type { Random } from "./random.ts";
import { type ModuleChoice, randomModule } from "./random-module.ts";
import { type Exports, instantiate, runMetered } from "./run-metered.ts";

/** What a call gives, or that it traps or throws, then what is left in globals. */
export type Results = readonly unknown[];

export interface CountedRun {
  readonly results: Results;
  /** By call. */
  readonly fuel: readonly bigint[];
}

export interface MeteredRun extends CountedRun {
  readonly memoryBytes: number;
}

const depthLeft = 1_000_000;
/** Many times what one of these modules needs: one that was rewritten wrongly may not end otherwise. */
const fuelMax = 50_000_000n;

const hostOf = () => {
  const shared = new WebAssembly.Global({ value: "i32", mutable: true }, 5);
  return { host: { mix: (one: number, other: number) => (one * 31 + other) | 0, shared } };
};

/** An instruction begins a region of 64 more at most, and copies less than 64 times what one instruction does. */
const overpaidMax = 128n;

interface Watch {
  readonly before?: () => void;
  readonly after?: () => void;
}

function resultsOf(exports: Exports, host: ReturnType<typeof hostOf>, { before, after }: Watch = {}): Results {
  const results: unknown[] = [];
  for (const name of ["f0", "f1", "f2", "f3"]) {
    for (const argument of [3, -7]) {
      before?.();
      results.push(resultOf(() => exports[name]?.(argument, 11)));
      after?.();
    }
  }
  return [...results, globalOf(exports, "state"), host.host.shared.value];
}

/** A module throws only what it catches, what it throws itself, and what ends its call. */
function resultOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error instanceof WebAssembly.RuntimeError ? "trap" : String(error);
  }
}

/** The random modules export globals by these names. */
export const globalOf = (exports: Exports, name: "state" | "turns" | "cost"): unknown =>
  (exports[name] as unknown as WebAssembly.Global | undefined)?.value;

export function runAsItIs(source: Uint8Array): Results {
  const host = hostOf();
  return resultsOf(instantiate(source, host), host);
}

/** @param source a module that counts what it costs itself */
export function runCounted(source: Uint8Array): CountedRun {
  const host = hostOf();
  const exports = instantiate(source, host);
  const fuel: bigint[] = [];
  let before = 0n;
  const after = (): void => {
    const now = globalOf(exports, "cost") as bigint; // a global of i64
    fuel.push(now - before);
    before = now;
  };
  return { results: resultsOf(exports, host, { after }), fuel };
}

export function runWithMeter(source: Uint8Array, sliceFuel?: bigint): MeteredRun {
  const host = hostOf();
  const slices = sliceFuel === undefined ? {} : { sliceFuel, onSlice: () => undefined };
  const rewrite = { fuel: true, growth: true, callDepth: true };
  const { exports, meter } = runMetered(source, { imports: host, rewrite, fuel: fuelMax, ...slices });
  const fuel: bigint[] = [];
  let used = 0n;
  const before = (): void => {
    // A trap leaves the depth where it was.
    meter.callDepthLeft = depthLeft;
  };
  const after = (): void => {
    fuel.push(meter.fuelUsed - used);
    used = meter.fuelUsed;
  };
  return { results: resultsOf(exports, host, { before, after }), fuel, memoryBytes: meter.memoryBytes };
}

export interface LimitedRun {
  readonly fuelUsed: bigint;
  readonly turns: number;
  readonly isExhausted: boolean;
}

/** @param source a module whose loops count their turns */
export function runLimited(source: Uint8Array, fuel: bigint): LimitedRun {
  const host = hostOf();
  const { exports, meter } = runMetered(source, { imports: host, fuel });
  resultsOf(exports, host);
  const turns = globalOf(exports, "turns") as number; // a global of i32
  return { fuelUsed: meter.fuelUsed, turns, isExhausted: meter.exhaustion !== undefined };
}

export interface Comparison {
  readonly expected: Results;
  readonly metered: MeteredRun;
  /** What differs, in words. */
  readonly differences: readonly string[];
}

/** A module of this seed as it is, with a meter, with a meter in slices, and counted one by one. */
export function compareRuns(randomOf: () => Random, sliceFuel: bigint): Comparison {
  const made = (choice: ModuleChoice = {}): Uint8Array => randomModule(randomOf(), choice);
  const source = made();
  const expected = runAsItIs(source);
  const metered = runWithMeter(source);
  const sliced = runWithMeter(source, sliceFuel);
  const counted = runCounted(made({ isCounted: true }));
  const differences: string[] = [];
  const compare = (what: string, one: unknown, other: unknown): void => {
    const [left, right] = [text(one), text(other)];
    if (left !== right) differences.push(`${what}: ${left} and ${right}`);
  };
  compare("metered and as it is", metered.results, expected);
  compare("counted and as it is", counted.results, expected);
  compare("in slices and at once", sliced, metered);
  for (const [call, fuel] of counted.fuel.entries()) {
    const paid = metered.fuel[call] ?? 0n;
    const most = metered.results[call] === "trap" ? paid : fuel * overpaidMax + overpaidMax;
    if (paid < fuel || paid > most) differences.push(`call ${call} cost ${fuel} and paid ${paid}`);
  }
  return { expected, metered, differences };
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? `${item}n` : item));
