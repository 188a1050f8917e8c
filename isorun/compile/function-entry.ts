/** What stands before a function's own code: its locals, the charge for its first region, the count of its depth. */
import type { ByteWriter } from "./byte-writer.ts";
import { uncheckedInstructionsMax } from "./fuel-cost.ts";
import type { FunctionLocals } from "./function-locals.ts";
import type { RewritePlan } from "./rewrite-plan.ts";

/** An entry is at most so long, with the size of the body, without the declarations of the function's own locals. */
export const entryBytesMax = 96;

export interface EntryFacts {
  readonly calls: boolean;
  readonly loops: boolean;
  /** The function's own; the one behind them keeps the depth. */
  readonly locals: FunctionLocals;
  /** Whether its loops keep the fuel in a local: the one behind that, which is there then, used or not. */
  readonly keepsFuel: boolean;
  /** What its first region costs, and all; undefined if fuel is not counted. */
  readonly fuel: { readonly entry: number; readonly total: number } | undefined;
}

export function writeEntry(writer: ByteWriter, plan: RewritePlan, facts: EntryFacts): void {
  const keepsDepth = plan.accounts.depth !== undefined && (facts.calls || facts.keepsFuel);
  facts.locals.writeTo(writer, (keepsDepth ? 1 : 0) + (facts.keepsFuel ? 1 : 0));
  if (keepsDepth) writer.append(oneI32);
  if (facts.keepsFuel) writer.append(oneI64);
  writeDepth(writer, plan, facts);
  writeFuel(writer, plan, facts);
}

const oneI32 = Uint8Array.of(1, 0x7f);
const oneI64 = Uint8Array.of(1, 0x7e);

function writeDepth(writer: ByteWriter, { accounts, injected }: RewritePlan, { calls, locals }: EntryFacts): void {
  const { depth } = accounts;
  if (depth === undefined) return;
  writer.byte(0x23);
  writer.unsigned(depth);
  writer.append(lessOne);
  if (calls) {
    writer.byte(0x22);
    writer.unsigned(locals.count);
  }
  writer.append(ifNegative32);
  writer.unsigned(injected.tooDeep());
  writer.byte(0x0b);
}

function writeFuel(writer: ByteWriter, { accounts, injected }: RewritePlan, { calls, loops, fuel }: EntryFacts): void {
  if (accounts.fuel === undefined || fuel === undefined || fuel.entry === 0) return;
  writer.byte(0x23);
  writer.unsigned(accounts.fuel);
  writer.byte(0x42);
  writer.natural(fuel.entry);
  writer.append(takeAndSet);
  writer.unsigned(accounts.fuel);
  if (!calls && !loops && fuel.total <= uncheckedInstructionsMax) return;
  writer.byte(0x23);
  writer.unsigned(accounts.fuel);
  writer.append(ifNegative64);
  writer.unsigned(injected.outOfFuel());
  writer.byte(0x0b);
}

const lessOne = Uint8Array.of(0x41, 1, 0x6b); // i32.const 1, i32.sub
const ifNegative32 = Uint8Array.of(0x41, 0, 0x48, 0x04, 0x40, 0x10); // i32.const 0, i32.lt_s, if, call
const takeAndSet = Uint8Array.of(0x7d, 0x24); // i64.sub, global.set
const ifNegative64 = Uint8Array.of(0x42, 0, 0x53, 0x04, 0x40, 0x10); // i64.const 0, i64.lt_s, if, call
