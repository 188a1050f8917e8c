/** Canaries: proofs with one wrong step, which both replays have to refuse. */
import { expect, test } from "bun:test";
import type { Derivation, DerivationStep } from "./derivation.ts";
import { type ReplaySetting, replayDerivation } from "./replay.ts";
import { resolve, solverSetting } from "./resolve.ts";
import type { Universe } from "./testing/memory-source.ts";
import { replayWords } from "./testing/replay-words.ts";
import { universeRequest } from "./testing/resolve-universe.ts";

const universe: Universe = {
  a: [
    { version: "1", extras: ["x"], requires: ["b<2", 'c>=2; extra == "x"'] },
    { version: "2", requiresPython: ">=3.13" },
  ],
  b: [{ version: "1" }, { version: "2" }],
  c: [{ version: "1" }, { version: "2", requires: ["b"] }],
};

async function failed(): Promise<{ derivation: Derivation; setting: ReplaySetting }> {
  const request = universeRequest(universe, ["a[x]"], { constraints: ["c<2"] });
  const outcome = await resolve(request);
  if (outcome.kind !== "conflict") throw new Error("it is solvable");
  return {
    derivation: outcome.derivation,
    setting: { ...solverSetting(request), pythonKey: request.target.python.key },
  };
}

/** Each way in which one step can claim more than it may. */
function corruptions(step: DerivationStep): DerivationStep[] {
  const without = step.terms.map((_, at) => ({ ...step, terms: step.terms.filter((__, other) => other !== at) }));
  const turned = step.terms.map((_, at) => ({
    ...step,
    terms: step.terms.map((term, other) => (other === at ? { ...term, positive: !term.positive } : term)),
  }));
  return [...without, ...turned];
}

test("the replay of a derivation refuses every step that says more or something else", async () => {
  const { derivation, setting } = await failed();
  expect(await replayDerivation(derivation, setting)).toEqual([]);
  const kinds = new Set(derivation.steps.map((step) => (step.kind === "fact" ? step.fact.kind : step.kind)));
  expect([...kinds].sort()).toEqual(["dependency", "derived", "no-versions", "requires-python"]);
  for (const [at, step] of derivation.steps.entries()) {
    for (const wrong of corruptions(step)) {
      const faults = await replayDerivation({ steps: derivation.steps.with(at, wrong) }, setting);
      expect(faults.map((fault) => fault.step)).toContain(at);
    }
  }
});

test("the replay of a derivation refuses facts that the source does not know", async () => {
  const { derivation, setting } = await failed();
  const renamed = derivation.steps.map((step): DerivationStep => {
    if (step.kind !== "fact" || step.fact.kind !== "dependency") return step;
    return { ...step, fact: { ...step.fact, origin: step.fact.origin === "extra" ? "constraint" : "extra" } };
  });
  const dependencies = derivation.steps.flatMap((step, at) =>
    step.kind === "fact" && step.fact.kind === "dependency" ? [at] : [],
  );
  const faults = await replayDerivation({ steps: renamed }, setting);
  expect(faults.map(({ step }) => step)).toEqual(expect.arrayContaining(dependencies));
  const older = { ...setting, pythonKey: setting.pythonKey.replace(/./g, "~") };
  expect((await replayDerivation(derivation, older)).length).toBeGreaterThan(0);
});

const existing = { a: ["1", "2"], b: ["1", "2", "3"] };

// Each line: a sentence that follows from its words, and one that differs from it little, and does not.
test.each([
  [
    "Because a[x] is a with an extra and you require a[x]>1, you need a>1.",
    "Because a is a[x] with an extra and you require a[x]>1, you need a>1.",
  ],
  [
    "Because a[x]==1 requires b>2 and a[x] is a with an extra, a[x]==1 needs b>2.",
    "Because a[x]==1 requires b>2 and a[x] is a with an extra, a==1 needs b>2.",
  ],
  [
    "Because you require b>=2 and your constraints allow only b<2, your requirements cannot be met.",
    "Because your constraints allow only b<2, your requirements cannot be met.",
  ],
  [
    "Because a requires b and your constraints allow only b<2, a needs b<2.",
    "Because a requires b and your constraints allow only b<2, a needs b<1.",
  ],
  [
    "Because a requires Python>=3.12 (the target is Python 3.10.1) and you require a, your requirements cannot be met.",
    "Because a requires Python>=3.9 (the target is Python 3.10.1) and you require a, your requirements cannot be met.",
  ],
  [
    "Because the target is Python 3.10.1 and a==1 requires Python>=3.12, a==1 cannot be used.",
    "Because the target is Python 3.10.1 and a==1 requires Python>=3.12, a cannot be used.",
  ],
  [
    "Because a[x] is a with an extra, a==2 is the only version of a>1 and you require a[x]>1, you need a==2.",
    "Because a[x] is a with an extra and you require a[x]>1, you need a==2.",
  ],
])("the replay of words believes %j, and not %j", (right, wrong) => {
  expect(replayWords(right, existing)).toEqual({ tried: 1, flawed: [] });
  expect(replayWords(wrong, existing)).toEqual({ tried: 1, flawed: [wrong] });
});

test("the replay of words refuses a sentence that was said before", () => {
  const line = "Because you require a>2, you need a>2.";
  expect(replayWords(`${line}\n${line}`, existing).flawed).toEqual([`${line} [said before]`]);
});
