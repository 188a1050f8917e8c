/** Proof that the fuzzer notices: bugs that were planted are found. */
import { expect, test } from "bun:test";
import { canaries } from "./canaries.ts";
import { comparedKinds } from "./compare-verdicts.ts";
import { kinds } from "./kinds.ts";
import { runFuzz } from "./run-fuzz.ts";

const seed = 20_260;

/** Cases after which a planted bug must have shown. */
const canaryCases = 1024;

const oneCase = /^[a-z]+:[0-9a-f]{8}\.\d+$/;
const batch = /^[a-z]+:[0-9a-f]{8}\.\d+\.\.[a-z]+:[0-9a-f]{8}\.\d+$/;

test.each(Object.keys(canaries))(
  "planted: %s",
  async (canary) => {
    const { kind = "", cases: count = canaryCases, isJudged = false, batchEnd, batchLimitMs } = canaries[canary] ?? {};
    const run = { seed, cases: new Map([[kind, count]]), processes: 1, isJudged, batchLimitMs };
    const results = await runFuzz({ ...run, canary, stopAtFinding: true });
    const [found] = results.get(kind)?.findings ?? [];
    expect(found?.id).toStartWith(`${kind}:`);
    expect(found?.id).toMatch(batchEnd === undefined ? oneCase : batch);
    if (isJudged) expect(found?.what).toStartWith("only isorun accepts\nwasmtime: failed to parse");
    if (batchEnd !== undefined) expect(found?.what).toMatch(batchEnd);
  },
  60_000,
);

const plantedKinds = (isJudged: boolean): string[] => [
  ...new Set(
    Object.values(canaries)
      .filter((canary) => (canary.isJudged ?? false) === isJudged)
      .map(({ kind }) => kind),
  ),
];

test("every kind has a planted bug, also those that wasmtime judges", () => {
  expect(plantedKinds(false).toSorted()).toEqual([...kinds.keys()].toSorted());
  expect(plantedKinds(true).toSorted()).toEqual([...comparedKinds].toSorted());
});
