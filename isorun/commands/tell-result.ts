/**
 * Puts what `--invoke` returned into words. A text is many times as large as its value, and a guest may return one part
 * of its memory as many: so the words come in pieces, each of which counts as output, and between which the budget of
 * time goes on and a signal is answered.
 */
import type { Budget } from "@vivarium/core/budget/budget";
import { TimeAccount } from "../call/time-account.ts";
import type { BudgetExhausted } from "../errors/errors.ts";
import type { Usage } from "../runtime/instance-budget.ts";
import type { ValueType } from "../types/component-types.ts";
import { writeWave } from "../wave/format.ts";
import { overtimeOf } from "./overtime.ts";
import type { ProgramOutput } from "./program-output.ts";

interface Telling {
  /** Whether nobody reads an envelope. */
  readonly isText: boolean;
  readonly output: Pick<ProgramOutput, "tell" | "limitTime">;
  readonly budget: Budget;
  /** Until now. */
  readonly usage: Usage;
}

interface Result {
  readonly value: unknown;
  readonly type: ValueType;
}

/**
 * On stdout; with json and jsonl nothing is printed.
 * @returns what an envelope holds of it
 * @throws BudgetExhausted, E_INVOKE_RESULT, E_OUTPUT_WRITE, and why the program has to end
 */
export function tellResult(result: Result, { isText, output, budget, usage }: Telling): { readonly result?: string } {
  const overtime = timeFrom(budget, usage);
  // While nobody reads, time is spent in the midst of a piece too.
  output.limitTime(overtime);
  const pieces: string[] = [];
  writeWave(result, (piece) => {
    const over = overtime();
    if (over !== undefined) throw over;
    output.tell(piece);
    if (!isText) pieces.push(piece);
  });
  if (!isText) return { result: pieces.join("") };
  output.tell("\n");
  return {};
}

/** @returns what tells, once the time is over that the call left */
function timeFrom(budget: Budget, usage: Usage): () => BudgetExhausted | undefined {
  const { cpuMs, wallMs } = budget;
  const limits = {
    cpuMs: cpuMs === undefined ? undefined : cpuMs - usage.cpuMs,
    wallMs: wallMs === undefined ? undefined : wallMs - usage.wallMs,
  };
  const time = new TimeAccount(limits);
  time.enter();
  time.run();
  return () => {
    if (time.overtime === undefined) return undefined;
    return overtimeOf(budget, { wallMs: usage.wallMs + time.wallMs, cpuMs: usage.cpuMs + time.cpuMs });
  };
}
