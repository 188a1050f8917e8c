/**
 * Random modules compute the same with and without metering, and use the same fuel in slices of any size; and what they
 * use is no less than what they run: all instructions counted one by one, or what their loops must have cost. Where it is
 * known how many instructions branches skip, it is no more than those either.
 */

import { randomModule } from "../../isorun/compile/testing/random-module.ts";
import { compareRuns, runCounted, runLimited, runWithMeter } from "../../isorun/compile/testing/random-runs.ts";
import { type CaseKind, type CaseSeed, type Ending, Finding } from "./case-kind.ts";
import { randomFrom, seedOf } from "./random.ts";
import { steadyModule } from "./steady-module.ts";

function runFuel(seed: CaseSeed): Ending {
  return seed.call % 4 === 1 ? runSteady(seed) : runAny(seed);
}

function runSteady({ scene, call }: CaseSeed): Ending {
  const made = (isCounted: boolean) => steadyModule(randomFrom(seedOf(scene, call)), { isCounted });
  const { bytes, skippable } = made(false);
  const metered = runWithMeter(bytes);
  const counted = runCounted(made(true).bytes);
  if (!Bun.deepEquals(metered.results, counted.results)) throw new Finding("it is counted, and computes otherwise");
  for (const [index, cost] of counted.fuel.entries()) {
    const paid = metered.fuel[index] ?? 0n;
    // Each function is called twice.
    const most = cost + BigInt(skippable[index >> 1] ?? 0);
    if (paid < cost || paid > most) throw new Finding(`call ${index} cost ${cost} to ${most} and paid ${paid}`);
  }
  return "the same, with a bound";
}

function runAny({ scene, call }: CaseSeed): Ending {
  const { expected, differences } = compareRuns(() => randomFrom(seedOf(scene, call)), BigInt(20 + call * 8));
  if (differences.length > 0) throw new Finding(differences.join("; "));
  return expected.includes("trap") ? "the same, with traps" : "the same";
}

/** In instructions, for all calls of a module whose loops hardly end. */
const fuelOfLoops = 40_000n;
/** What counting a turn takes (random-function.ts): its loop pays for no less. */
const instructionsOfTurn = 8n;
/** Fuel for so many turns is more than there is: they are not reached where loops are paid for. */
const turnsMax = Number(fuelOfLoops);

/** Loops do not turn more often than was paid for. */
function runLoops({ scene, call }: CaseSeed): Ending {
  const source = randomModule(randomFrom(seedOf(scene, call)), { turnsMax });
  const { turns, fuelUsed, isExhausted } = runLimited(source, fuelOfLoops);
  if (BigInt(turns) * instructionsOfTurn > fuelUsed) {
    throw new Finding(`${turns} turns of loops were paid for with ${fuelUsed} of fuel`);
  }
  return isExhausted ? "loops, out of fuel" : "loops, ended";
}

export const fuelKinds = {
  fuel: { run: runFuel, share: 2 },
  loops: { run: runLoops, share: 2 },
} as const satisfies Readonly<Record<string, CaseKind>>;
