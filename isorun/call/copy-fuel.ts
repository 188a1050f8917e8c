/** What the host lifts and lowers is paid for by size, as what adapters copy is. */
import { bytesPerInstructionLog2 } from "../adapter/copy-cost.ts";
import type { Root } from "./task.ts";

/**
 * To be called before it is done, as soon as the size is known to be one that may be copied. It looks at no clock: whoever
 * copies for long looks itself.
 * @throws BudgetExhausted where the root has not so much, which ends it; whatever ended it before
 */
export function chargeCopy({ fuel }: Root, bytes: number): void {
  fuel?.spend(Math.floor(bytes / 2 ** bytesPerInstructionLog2));
}
