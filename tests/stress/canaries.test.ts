/** Proof that the worlds show what is wrong: bugs that were planted are found. */
import { expect, test } from "bun:test";
import { canaries } from "./canaries.ts";
import { runWorlds } from "./run-worlds.ts";

const seed = 2026;

test.each(Object.entries(canaries))(
  "planted: %s",
  async (canary, { firstWorld = 0, worlds, shows, limitMs = 30_000 }) => {
    const summaries = await runWorlds({
      seed,
      from: firstWorld,
      worlds,
      processes: 1,
      canary,
      stopAtFinding: true,
      limitMs,
    });
    const findings = summaries.flatMap((summary) => summary.findings);
    expect(findings.join("\n")).toMatch(shows);
  },
  60_000,
);
