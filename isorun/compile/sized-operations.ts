/** Instructions that do as much as an operand says: bulk operations pay for it before they run, growth is asked for. */
import type { CodeCursor } from "./code-cursor.ts";
import { freeThrownValues, instructionsPerElement, thrownValueCost, zeroedPerInstruction } from "./fuel-cost.ts";
import type { FuelRegions } from "./fuel-regions.ts";
import { bulkIndexCount, walk } from "./instructions.ts";
import type { RewritePlan } from "./rewrite-plan.ts";

/** Behind the prefix 0xfc: the sizes of segments have 32 bits whatever they are copied to. */
const fromSegments: ReadonlySet<number> = new Set([8, 12]); // memory.init, table.init

/** Behind the prefix 0xfb. */
const arrayCopy = 17;
const arraysFromSegments: ReadonlySet<number> = new Set([9, 10, 18, 19]);

export class SizedOperations {
  readonly #plan: RewritePlan;
  readonly #cursor: CodeCursor;
  readonly #regions: FuelRegions | undefined;

  constructor(plan: RewritePlan, cursor: CodeCursor, regions: FuelRegions | undefined) {
    this.#plan = plan;
    this.#cursor = cursor;
    this.#regions = regions;
  }

  /** The cursor stands behind the opcode, in front of the indices; `start` is where the instruction begins. */
  bulk(kind: number, { code, start, isDead }: { code: number; start: number; isDead: boolean }): void {
    if (kind === walk.bulkArray) this.#skipArrayIndices(code);
    const indices = kind === walk.bulkArray ? [] : this.#indices(bulkIndexCount(code));
    if (isDead) return;
    const space = kind === walk.bulkMemory ? this.#plan.memories : this.#plan.tables;
    const isWide =
      kind !== walk.bulkArray && !fromSegments.has(code) && indices.every((index) => space[index]?.is64 === true);
    this.#charge(start, kind === walk.bulkMemory ? "bytes" : "elements", isWide);
  }

  #indices(count: number): readonly number[] {
    const first = this.#cursor.u32();
    return count === 2 ? [first, this.#cursor.u32()] : [first];
  }

  /** Of a type, then of a segment or of a second type. */
  #skipArrayIndices(code: number): void {
    this.#cursor.typeIndex(this.#plan.typeCount);
    if (code === arrayCopy) this.#cursor.typeIndex(this.#plan.typeCount);
    else if (arraysFromSegments.has(code)) this.#cursor.skipLeb();
  }

  /** An array of as many operands. @returns how many are paid for: more than engines take could not be told in fuel */
  newFixed(start: number, isDead: boolean): number {
    this.#cursor.typeIndex(this.#plan.typeCount);
    const count = this.#cursor.u32();
    if (isDead) return 0;
    this.#regions?.spend(start, count * instructionsPerElement);
    return count;
  }

  newDefault(start: number, isDead: boolean): void {
    const index = this.#cursor.typeIndex(this.#plan.typeCount);
    const { type } = this.#plan.types.at(index) ?? {};
    const cost = type?.kind === "struct" ? Math.floor(type.fields.length / zeroedPerInstruction) : 0;
    if (cost > 0 && !isDead) this.#regions?.spend(start, cost);
  }

  throwTag(start: number, isDead: boolean): void {
    const { params } = this.#plan.tags[this.#cursor.u32()] ?? { params: [] };
    const dear = params.length - freeThrownValues;
    if (dear > 0 && !isDead) this.#regions?.spend(start, dear * thrownValueCost);
  }

  tableGrow(start: number, isDead: boolean): void {
    const index = this.#cursor.u32();
    if (isDead) return;
    const is64 = this.#plan.tables[index]?.is64 === true;
    const { accounts, injected } = this.#plan;
    if (accounts.fuel !== undefined) this.#cursor.callBefore(start, injected.chargeTable(index, is64));
    this.#charge(start, "elements", is64);
    this.#account("table", start, { index, is64 });
  }

  memoryGrow(start: number, isDead: boolean): void {
    const index = this.#cursor.u32();
    if (!isDead) this.#account("memory", start, { index, is64: this.#plan.memories[index]?.is64 === true });
  }

  /** In a shared memory nothing could end a guest that waits; in others waiting traps. */
  wait(): void {
    const memory = this.#cursor.memoryArgument();
    if (this.#plan.memories[memory]?.isShared === true) this.#cursor.unsupported("waiting in a shared memory");
  }

  #charge(start: number, unit: "bytes" | "elements", is64: boolean): void {
    const { accounts, injected } = this.#plan;
    if (accounts.fuel === undefined) return;
    this.#cursor.callBefore(start, injected.chargeBulk(unit, is64));
    this.#regions?.held.share();
  }

  #account(space: "memory" | "table", start: number, { index, is64 }: { index: number; is64: boolean }): void {
    const { accounts, injected } = this.#plan;
    if (accounts.grow === undefined) return;
    this.#regions?.held.share();
    this.#cursor.callBefore(start, injected.reserve(space, index, is64));
    this.#cursor.callBefore(this.#cursor.at, injected.settle(space, index, is64));
  }
}
