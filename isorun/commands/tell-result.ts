/**
 * Puts what `--invoke` returned into words. A text is many times as large as its value, and a guest may return one part
 * of its memory as many: so the words come in pieces, each of which counts as output, and between which the budget of
 * time goes on and a signal is answered.
 */
import type { Budget } from "@vivarium/core/budget/budget";
import { TimeAccount } from "../call/time-account.ts";
import { BudgetExhausted } from "../errors/errors.ts";
import type { Usage } from "../runtime/instance-budget.ts";
import type { ValueType } from "../types/component-types.ts";
import { writeWave } from "../wave/format.ts";
import type { ProgramOutput } from "./program-output.ts";

interface Telling {
  /** Whether nobody reads an envelope. */
  readonly isText: boolean;
  readonly output: ProgramOutput;
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
  const requireTime = timeLeft(budget, usage);
  const pieces: string[] = [];
  writeWave(result, (piece) => {
    requireTime();
    output.tell(piece);
    if (!isText) pieces.push(piece);
  });
  if (!isText) return { result: pieces.join("") };
  output.tell("\n");
  return {};
}

/** @returns what throws BudgetExhausted once the time is over that the call left */
function timeLeft({ cpuMs, wallMs }: Budget, usage: Usage): () => void {
  const limits = {
    cpuMs: cpuMs === undefined ? undefined : cpuMs - usage.cpuMs,
    wallMs: wallMs === undefined ? undefined : wallMs - usage.wallMs,
  };
  const time = new TimeAccount(limits);
  time.enter();
  time.run();
  return () => {
    const over = time.overtime;
    if (over === undefined) return;
    const before = usage[over.field];
    throw new BudgetExhausted({ field: over.field, limit: over.limit + before, used: over.used + before });
  };
}
