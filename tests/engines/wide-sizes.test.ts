import { expect, test } from "bun:test";
import { wideSizesInNode } from "./engines.ts";
import { sizes, type WideSizes, wideSizes } from "./wide-sizes.ts";

/** The oracles of npm are installed on first use. */
const timeLimitMs = 300_000;

/** What nothing has costs as much as this. */
const most = 1n << 48n;

function pricedSize(size: bigint): bigint {
  const unsigned = BigInt.asUintN(64, size);
  return unsigned < most ? unsigned : most;
}

interface Operation {
  readonly name: string;
  /** Of the other instructions of a turn. */
  readonly turn: bigint;
  /** By how many bits a size is more than what it costs. */
  readonly shift: bigint;
  readonly isGrowth: boolean;
}

const operations: readonly Operation[] = [
  // With the hundred elements of its table.
  { name: "table.grow", turn: 208n, shift: 0n, isGrowth: true },
  { name: "table.fill", turn: 9n, shift: 0n, isGrowth: false },
  { name: "table.copy", turn: 9n, shift: 0n, isGrowth: false },
  { name: "memory.fill", turn: 9n, shift: 3n, isGrowth: false },
  { name: "memory.copy", turn: 9n, shift: 3n, isGrowth: false },
];

/** A hundred turns: growth that is refused goes on until its fuel has ended, others trap the first time. */
function expectedOf({ turn, shift, isGrowth }: Operation, size: bigint): readonly unknown[] {
  const each = turn + (pricedSize(size) >> shift);
  const isSmall = size === 0n || size === 100n;
  if (isSmall) return ["nothing", String(1n + 100n * each)];
  return isGrowth ? ["fuel", expect.stringMatching(/^1[0-9]{15}$/)] : ["trap", String(1n + each)];
}

test(
  "Node charges for sizes of 64 bits, also where they are refused",
  async () => {
    const found: WideSizes = await wideSizesInNode();
    for (const operation of operations) {
      const { name } = operation;
      const expected = sizes.map((size) => expectedOf(operation, size));
      const ends: readonly unknown[] | undefined = found[name];
      expect({ name, ends }).toEqual({ name, ends: expected });
    }
  },
  timeLimitMs,
);

test("Bun has no memories and tables of 64 bits", () => {
  expect(wideSizes).toThrow(WebAssembly.CompileError);
});
