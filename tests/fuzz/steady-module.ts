/**
 * Random code that goes straight on behind its branches: none of them skips more than a few instructions, nothing traps,
 * and nothing is dear by its size. So it pays for what it runs and for what was skipped, and for no more.
 */
import { countedCode } from "../../isorun/compile/testing/counted-code.ts";
import { block, branch, branchIf, branchTable, i32, local, loop } from "../../isorun/compile/testing/instructions.ts";
import { buildModule, type Code } from "../../isorun/compile/testing/module-builder.ts";
import { pick, type Random, times } from "./random.ts";

/** Two parameters, and locals behind them; the last one counts turns of loops. */
const localCount = 6;
const counter = localCount - 1;
/** Much more than what is paid for at once behind a branch (`conditionalInstructionsMax`). */
const longMost = 300;
const skippedMost = 10;

export interface SteadyModule {
  readonly bytes: Uint8Array;
  /** By function, `f0` and so on: how many instructions a call may skip at most. */
  readonly skippable: readonly number[];
}

interface Part {
  readonly code: Code;
  readonly skippable: number;
}

/** @param isCounted it counts in the global `cost` what each instruction that it runs costs, but for the counting */
export function steadyModule(random: Random, { isCounted = false } = {}): SteadyModule {
  const parts = times(4, () => joined(times(1 + random(4), () => part(random))));
  const functions = parts.map(({ code }, place) => {
    const whole: Code = [code, local.get(2)];
    return {
      params: ["i32", "i32"] as const,
      results: ["i32"] as const,
      locals: times(localCount - 2, () => "i32" as const),
      code: isCounted ? countedCode(whole, 0) : whole,
      export: `f${place}`,
    };
  });
  const globals = [{ type: "i64", value: [0x42, 0], export: "cost" }] as const;
  return { bytes: buildModule({ functions, globals }), skippable: parts.map(({ skippable }) => skippable) };
}

const joined = (parts: readonly Part[]): Part => ({
  code: parts.map(({ code }) => code),
  skippable: parts.reduce((sum, { skippable }) => sum + skippable, 0),
});

const part = (random: Random): Part =>
  pick(random, [conditional, conditional, choice, repeated])(random, (count) => straight(random, count));

type MakePart = (random: Random, straightOf: (count: number) => Code) => Part;

const perStatement = 4;

/** So many times four instructions. */
const straight = (random: Random, count: number): Code =>
  times(count, () => [
    local.get(random(counter)),
    random(2) === 0 ? local.get(random(counter)) : i32.const(random(1000)),
    pick(random, [0x6a, 0x6b, 0x6c, 0x71, 0x72, 0x73]),
    local.set(random(counter)),
  ]);

/** A branch past a few instructions, then many. */
const conditional: MakePart = (random, straightOf) => {
  const skipped = 1 + random(skippedMost / perStatement);
  const code = [block(local.get(random(counter)), branchIf(0), straightOf(skipped)), straightOf(random(longMost) >> 2)];
  return { code, skippable: skipped * perStatement };
};

/** Cases of a few instructions each, then many. */
const choice: MakePart = (random, straightOf) => {
  const skipped = 1 + random(2);
  const cases = block(
    block(
      block(local.get(random(counter)), i32.const(3), 0x71, branchTable([0, 1], 2)),
      straightOf(skipped),
      branch(1),
    ),
    straightOf(skipped),
  );
  return { code: [cases, straightOf(random(longMost) >> 2)], skippable: 2 * skipped * perStatement + 1 };
};

/** A loop that turns a few times. */
const repeated: MakePart = (random, straightOf) => {
  const turns = 1 + random(5);
  const inner = conditional(random, straightOf);
  const again: Code = [local.get(counter), i32.const(1), i32.sub, local.tee(counter), branchIf(0)];
  return {
    code: [i32.const(turns), local.set(counter), loop(inner.code, again)],
    skippable: turns * inner.skippable,
  };
};
