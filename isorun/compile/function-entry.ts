/** What stands before a function's own code: its locals, the charge for its first region, the count of its depth. */
import { ByteWriter } from "./byte-writer.ts";
import { uncheckedInstructionsMax } from "./fuel-cost.ts";
import type { RewritePlan } from "./rewrite-plan.ts";

/** An entry is at most so long, with the size of the body, without the declarations of the function's own locals. */
export const entryBytesMax = 96;

/** The declarations of locals as they stand in the module. */
export interface LocalsSpan {
  readonly groupCount: number;
  readonly groups: Uint8Array;
}

export interface EntryFacts {
  readonly calls: boolean;
  readonly loops: boolean;
  /** The local that keeps the depth: the one behind the function's own. */
  readonly depthLocal: number;
  /** Whether its loops keep the fuel in a local: the one behind that, which is there then, used or not. */
  readonly keepsFuel: boolean;
  /** What its first region costs, and all; undefined if fuel is not counted. */
  readonly fuel: { readonly entry: number; readonly total: number } | undefined;
}

export function entryOf(plan: RewritePlan, { groupCount, groups }: LocalsSpan, facts: EntryFacts): Uint8Array {
  const writer = new ByteWriter(groups.length + entryBytesMax);
  const keepsDepth = plan.accounts.depth !== undefined && (facts.calls || facts.keepsFuel);
  writer.unsigned(groupCount + (keepsDepth ? 1 : 0) + (facts.keepsFuel ? 1 : 0));
  writer.append(groups);
  if (keepsDepth) writer.append([1, 0x7f]);
  if (facts.keepsFuel) writer.append([1, 0x7e]);
  writeDepth(writer, plan, facts);
  writeFuel(writer, plan, facts);
  return writer.taken();
}

function writeDepth(writer: ByteWriter, { accounts, injected }: RewritePlan, { calls, depthLocal }: EntryFacts): void {
  const { depth } = accounts;
  if (depth === undefined) return;
  writer.byte(0x23);
  writer.unsigned(depth);
  writer.append([0x41, 1, 0x6b]); // i32.const 1, i32.sub
  if (calls) {
    writer.byte(0x22);
    writer.unsigned(depthLocal);
  }
  writer.append([0x41, 0, 0x48, 0x04, 0x40, 0x10]); // i32.const 0, i32.lt_s, if, call
  writer.unsigned(injected.tooDeep());
  writer.byte(0x0b);
}

function writeFuel(writer: ByteWriter, { accounts, injected }: RewritePlan, { calls, loops, fuel }: EntryFacts): void {
  if (accounts.fuel === undefined || fuel === undefined || fuel.entry === 0) return;
  writer.byte(0x23);
  writer.unsigned(accounts.fuel);
  writer.byte(0x42);
  writer.natural(fuel.entry);
  writer.append([0x7d, 0x24]); // i64.sub, global.set
  writer.unsigned(accounts.fuel);
  if (!calls && !loops && fuel.total <= uncheckedInstructionsMax) return;
  writer.byte(0x23);
  writer.unsigned(accounts.fuel);
  writer.append([0x42, 0, 0x53, 0x04, 0x40, 0x10]); // i64.const 0, i64.lt_s, if, call
  writer.unsigned(injected.outOfFuel());
  writer.byte(0x0b);
}
