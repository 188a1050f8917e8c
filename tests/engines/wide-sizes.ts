/**
 * Operations whose sizes have 64 bits, on memories and tables of 64 bits: engines that have them have to charge for the
 * sizes that are refused, too. It runs as a bundle, so nothing here may be Bun's or Node's.
 */
import { branchIf, drop, i32, local, loop } from "../../isorun/compile/testing/instructions.ts";
import { buildModule, type Code, leb } from "../../isorun/compile/testing/module-builder.ts";
import { runMetered } from "../../isorun/compile/testing/run-metered.ts";

const i64 = (value: bigint): Code => [0x42, leb(value)];
const nothing: Code = [0xd0, 0x70];

/** By the size that they are given. */
const operations: Readonly<Record<string, (size: Code) => Code>> = {
  "table.grow": (size) => [nothing, size, 0xfc, 15, 0, drop],
  "table.fill": (size) => [i64(0n), nothing, size, 0xfc, 17, 0],
  "table.copy": (size) => [i64(0n), i64(0n), size, 0xfc, 14, 0, 0],
  "memory.fill": (size) => [i64(0n), i32.const(0), size, 0xfc, 11, 0],
  "memory.copy": (size) => [i64(0n), i64(0n), size, 0xfc, 10, 0, 0],
};

export const sizes = [0n, 100n, 1n << 47n, 1n << 48n, 1n << 62n, -1_000_000n, -1n, -(1n << 63n)];

/** A hundred times each: what ends it, and the fuel that is used then, as text. */
export type WideSizes = Readonly<Record<string, readonly (readonly [end: string, fuel: string])[]>>;

export function wideSizes(): WideSizes {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, sizes.map((size) => endOf(operation(i64(size))))]),
  );
}

function endOf(code: Code): readonly [string, string] {
  const again: Code = [local.get(0), i32.const(1), i32.sub, local.tee(0), branchIf(0)];
  const source = buildModule({
    functions: [{ params: ["i32"], code: loop(code, again), export: "run" }],
    memory: [1],
    table: [100, 100],
    isWide: true,
  });
  const { fieldThatEnds, meter } = runMetered(source, { fuel: 1n << 50n });
  try {
    const end = fieldThatEnds("run", 100);
    return [typeof end === "string" ? end : "nothing", String(meter.fuelUsed)];
  } catch (error) {
    return [error instanceof WebAssembly.RuntimeError ? "trap" : String(error), String(meter.fuelUsed)];
  }
}
