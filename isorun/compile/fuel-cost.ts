/**
 * What code costs in fuel, version 4. The unit is an instruction. A change of anything here, or of where regions begin
 * (fuel-regions.ts), changes how much fuel programs need: it is a new version.
 */

export const fuelCostVersion = 4;

/** Every instruction that has none below. `end` and `else` are no instructions. */
export const instructionCost = 1;

/** Of a thrown exception, which costs engines about a microsecond. */
export const throwCost = 100;

/** And of each value that it carries, behind the first ones: engines collect garbage for exceptions of some size. */
export const thrownValueCost = 8;

export const freeThrownValues = 16;

/**
 * Of `memory.grow` and `table.grow`: they call the host. What a memory grows by is a matter of memory, not of fuel; a table
 * costs an instruction for each element that it has then, because engines copy it.
 */
export const growCost = 100;

/** Bulk operations on memories cost an instruction for each 2^3 bytes beside their own, rounded down. */
export const bytesPerInstructionLog2 = 3;

/** Those on tables and arrays cost an instruction for each element. */
export const instructionsPerElement = 1;

/** So much no bulk operation does at once: larger sizes, which are refused, cost as much as this one. */
export const bulkSizeMaxLog2 = 48;

/** What is zeroed costs an instruction for each so many, rounded down: locals of a function, but for the first, and fields. */
export const zeroedPerInstruction = 8;

/** So many locals that a function declares are free. */
export const freeLocals = 16;

/**
 * How many instructions behind a region's first branch are paid for with the region, whether they run or not. A charge
 * for each arm of a conditional would double the cost of small functions; no limit at all would let one step of an
 * interpreter's loop pay for the whole interpreter.
 */
export const conditionalInstructionsMax = 64;

/**
 * How much a loop takes at once from which nothing is called (held-fuel.ts), or what is left, if that is less. One that
 * traps has paid all of it. What the next round costs is paid before.
 */
export const fuelBlock = 16384;

/**
 * A function without loops and calls pays without being asked, if it is at most this long. A function that calls asks
 * behind every so many calls on whatever way through it.
 */
export const uncheckedInstructionsMax = 64;
export const uncheckedCallsMax = 64;
