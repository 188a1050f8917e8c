/**
 * Random modules compute the same with and without metering, and use the same fuel in slices of any size; and what they
 * use is no less than what their loops must have cost.
 */

import { randomModule } from "../../isorun/compile/testing/random-module.ts";
import { type Exports, instantiate, runMetered } from "../../isorun/compile/testing/run-metered.ts";
import { type CaseKind, type CaseSeed, type Ending, Finding } from "./case-kind.ts";
import { randomFrom, seedOf } from "./random.ts";

const depthLeft = 1_000_000;

const hostOf = () => {
  const shared = new WebAssembly.Global({ value: "i32", mutable: true }, 5);
  return { host: { mix: (one: number, other: number) => (one * 31 + other) | 0, shared } };
};

/** What each function gives or that it traps, then what is left in globals. */
function resultsOf(exports: Exports, host: ReturnType<typeof hostOf>, beforeCall: () => void): unknown[] {
  const results: unknown[] = [];
  for (const name of ["f0", "f1", "f2", "f3"]) {
    for (const argument of [3, -7]) {
      beforeCall();
      results.push(resultOf(() => exports[name]?.(argument, 11)));
    }
  }
  const { state } = exports as unknown as { readonly state: WebAssembly.Global }; // the module exports one
  return [...results, state.value, host.host.shared.value];
}

function resultOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    // A module throws only what it catches, or what ends its call; neither engine says more than that it is an object.
    return error instanceof WebAssembly.RuntimeError ? "trap" : String(error);
  }
}

function metered(source: Uint8Array, sliceFuel?: bigint) {
  const host = hostOf();
  const slices = sliceFuel === undefined ? {} : { sliceFuel, onSlice: () => undefined };
  const { exports, meter } = runMetered(source, {
    imports: host,
    rewrite: { fuel: true, growth: true, callDepth: true },
    ...slices,
  });
  const results = resultsOf(exports, host, () => {
    // A trap leaves the depth where it was.
    meter.callDepthLeft = depthLeft;
  });
  return { results, fuel: meter.fuelUsed, memoryBytes: meter.memoryBytes };
}

function runFuel({ scene, call }: CaseSeed): Ending {
  const source = randomModule(randomFrom(seedOf(scene, call)));
  const host = hostOf();
  const expected = resultsOf(instantiate(source, host), host, () => undefined);
  const whole = metered(source);
  if (!Bun.deepEquals(whole.results, expected)) {
    throw new Finding(`metered: ${JSON.stringify(whole.results)}, unmetered: ${JSON.stringify(expected)}`);
  }
  const sliced = metered(source, BigInt(20 + call * 8));
  if (!Bun.deepEquals(sliced, whole)) throw new Finding(`${whole.fuel} of fuel at once, ${sliced.fuel} in slices`);
  return expected.includes("trap") ? "the same, with traps" : "the same";
}

/** In instructions, for all calls of a module whose loops hardly end. */
const fuelOfLoops = 40_000n;
/** What counting a turn takes (random-module.ts): its loop pays for no less. */
const instructionsOfTurn = 8n;
/** Fuel for so many turns is more than there is: they are not reached where loops are paid for. */
const turnsMax = Number(fuelOfLoops);

/** Loops do not turn more often than was paid for. */
function runLoops({ scene, call }: CaseSeed): Ending {
  const source = randomModule(randomFrom(seedOf(scene, call)), { turnsMax });
  const host = hostOf();
  const { exports, meter } = runMetered(source, { imports: host, fuel: fuelOfLoops });
  resultsOf(exports, host, () => undefined);
  const { turns } = exports as unknown as { readonly turns: WebAssembly.Global }; // the module exports one
  const counted = BigInt(turns.value);
  if (counted * instructionsOfTurn > meter.fuelUsed) {
    throw new Finding(`${counted} turns of loops were paid for with ${meter.fuelUsed} of fuel`);
  }
  return meter.exhaustion === undefined ? "loops, ended" : "loops, out of fuel";
}

export const fuelKinds = {
  fuel: { run: runFuel, share: 2 },
  loops: { run: runLoops, share: 2 },
} as const satisfies Readonly<Record<string, CaseKind>>;
