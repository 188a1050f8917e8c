/** How adapters pay for what they copy (copy-cost.ts), before they do it. */
import type { FuncType, ValueType } from "../types/component-types.ts";
import { hasPointers } from "../types/flatten.ts";
import { layoutOf, payloadsOf } from "../types/layout.ts";
import { makeValueType, partsOf } from "../types/value-type.ts";
import { CodeWriter, type Local } from "./code-writer.ts";
import { bytesPerInstructionLog2, freeCopyBytes, recodedCost } from "./copy-cost.ts";
import type { Copying, EmitCharge } from "./copying.ts";
import { type FuelImports, fuelWants } from "./fuel-check.ts";
import type { FunctionBody } from "./module-writer.ts";

/**
 * Items that have something behind them are paid for in blocks of so many bytes, and so are those of longer lists of a fixed
 * length, whose bytes are paid for by what they are in as well.
 */
export const blockBytes = 8192;

const isLarge = (type: ValueType): boolean => layoutOf(type).size > freeCopyBytes;

/** Whether a call copies what may be of any size, or is large. */
export function copiesBySize({ params, result }: FuncType): boolean {
  const types = params.map(({ type }) => type);
  return [makeValueType({ kind: "tuple", types }), ...(result === undefined ? [] : [result])].some(
    (type) => hasPointers(type) || isLarge(type),
  );
}

const askType = { params: [], results: [] } as const;

/** () → (): asks for more, and traps where there is no more to be had. Apart, since it is seldom called. */
export function askBody({ short }: FuelImports, fail: (code: CodeWriter) => void): FunctionBody {
  const code = new CodeWriter(askType.params);
  code.i32(fuelWants.none).call(short);
  code.if(() => fail(code));
  return { type: askType, locals: code.locals, code: code.code };
}

/** @param ask the function of `askBody` */
export function emitCharge(code: CodeWriter, { fuel, ask }: { fuel: number; ask: number }, push: () => void): void {
  const left = code.local("i64");
  code.constant(fuel);
  push();
  code.op("i64.extend_i32_u", "i64.sub").tee(left).assign(fuel);
  code.get(left).i64(0).op("i64.lt_s");
  code.if(() => code.call(ask));
}

/** Of what is copied at once. */
export function emitChargeForBytes(code: CodeWriter, charge: EmitCharge | undefined, bytes: Local): void {
  if (charge === undefined) return;
  code.get(bytes).i32(freeCopyBytes).op("i32.gt_u");
  code.if(() => charge(() => code.get(bytes).i32(bytesPerInstructionLog2).op("i32.shr_u")));
}

/** Of a string that is written in another encoding. */
export function emitChargeForUnits(
  code: CodeWriter,
  charge: EmitCharge | undefined,
  { bytes, units }: { readonly bytes: Local; readonly units: Local },
): void {
  if (charge === undefined) return;
  code.get(bytes).i32(freeCopyBytes).op("i32.gt_u");
  code.if(() => charge(() => code.get(units)));
}

/** Of parameters or results that lie in memory. */
export function emitChargeForRecord(copying: Copying, type: ValueType): void {
  const { code, charge } = copying;
  if (charge === undefined || !isLarge(type)) return;
  charge(() => code.i32(costOf(copying, type)));
}

/** Pushes what items of a list cost, beside what lies behind their pointers. */
export function emitCostOfItems(copying: Copying, type: ValueType, count: Local): void {
  const { code } = copying;
  const cost = costOf(copying, type);
  code.get(count);
  if (cost > 1) code.i32(cost).op("i32.mul");
}

/** Of one value, beside what lies behind its pointers. */
function costOf({ from, to }: Copying, type: ValueType): number {
  const bytes = layoutOf(type).size >>> bytesPerInstructionLog2;
  return from.encoding === to.encoding ? bytes : bytes + recodedCost * textsIn(type);
}

const textsKnown = new WeakMap<ValueType, number>();

/** Strings that stand in the value itself, at most. */
function textsIn(type: ValueType): number {
  const known = textsKnown.get(type) ?? countTexts(type);
  textsKnown.set(type, known);
  return known;
}

function countTexts(type: ValueType): number {
  if (type.kind === "primitive") return type.primitive === "string" ? 1 : 0;
  if (type.kind === "fixed-list") return type.length * textsIn(type.element);
  if (type.kind === "record" || type.kind === "tuple") {
    return partsOf(type).reduce((sum, part) => sum + textsIn(part), 0);
  }
  return (payloadsOf(type) ?? []).reduce((most, each) => Math.max(most, each === undefined ? 0 : textsIn(each)), 0);
}
