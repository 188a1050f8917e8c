/**
 * The process that worlds run in: `child.ts SEED FROM COUNT [CANARY]` reports one after the other. It may hang or die, and
 * its parent notices in which.
 */
import { plant } from "./canaries.ts";
import type { WorldSummary } from "./run-worlds.ts";

const [seed, from, count] = process.argv.slice(2, 5).map(Number);
const canary = process.argv[5];
if (seed === undefined || from === undefined || count === undefined) throw new Error("a child is told what to run");
if (canary !== undefined) plant(canary);
// Modules of the engine are read only now, so that the canary is in them.
const { loadGuests, runWorld } = await import("./world.ts");

// A parent that is gone has no use for the rest.
process.on("disconnect", () => process.exit(0));
const guests = await loadGuests();
for (let world = from; world < from + count; world += 1) {
  const { trace, ...report } = await runWorld(guests, { seed, world });
  const digest = Bun.hash(trace.join("\n")).toString(16);
  process.send?.({ ...report, digest } satisfies WorldSummary);
}
