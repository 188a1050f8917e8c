/**
 * What a program tells a guest to do. A program is a list of pairs of numbers, an operation and its operand; an operation
 * that hands a program on to a neighbour has that program's numbers behind its pair.
 */

/** By which a guest imports its neighbours: "l" and "r". */
export const sides = ["l", "r"] as const;
export type Side = (typeof sides)[number];

/** Resources that a guest keeps of each neighbour; a power of two. */
export const slotsPerSide = 4;

export const plainOperations = {
  /** Asks its host, which may answer later; the operand says what, and when. */
  wait: 1,
  /** Asks its host to carry out the plan of this number. */
  host: 2,
  /** Computes for so many rounds. */
  spin: 3,
  trap: 4,
} as const;

/** At a neighbour; operands are a slot, and above it (`besideSlot`) a number. */
const sideOperations = [
  /** Has it run the program of that many numbers. */
  "run",
  /** Asks it for a resource, unless the slot has one. The following do nothing where it has none. */
  "make",
  /** Lends it the resource, with the program of that many numbers. */
  "use",
  /** Gives it the resource, with the program of that many numbers. */
  "give",
  "drop",
  /** Gives the host the resource. */
  "take",
  /** Lends the host the resource, for the plan of that number. */
  "lend",
  /** Asks the host for a resource, unless the slot has one. */
  "back",
] as const;
export type SideOperation = (typeof sideOperations)[number];

const firstOfSides = 5;

export const sideOperation = (operation: SideOperation, side: Side): number =>
  firstOfSides + sideOperations.indexOf(operation) * sides.length + sides.indexOf(side);

/** The operand of an operation at a neighbour. */
export const besideSlot = (slot: number, value: number): number => slot | (value << 8);
