/** What copying is done with: the two sides of a call, places of values, checks of ranges. */
import type { StringEncoding } from "../decode/ast.ts";
import type { Resource, ValueType } from "../types/component-types.ts";
import type { FlatType } from "../types/flatten.ts";
import type { CodeWriter, Local } from "./code-writer.ts";
import type { TrapReason } from "./reasons.ts";

/** What an adapter knows of one side: indices in its own module. */
export interface Side {
  readonly memory: number;
  readonly encoding: StringEncoding;
  /** Emits a call of the allocator with the alignment and the size that are pushed; the pointer is left on the stack. */
  readonly allocate: (push: () => void) => void;
}

/** Emits that as many instructions as are pushed are paid. */
export type EmitCharge = (push: () => void) => void;

export interface Copying {
  readonly code: CodeWriter;
  readonly from: Side;
  readonly to: Side;
  /** Emits a trap: the target is not what it should be. */
  readonly trap: (reason: TrapReason) => void;
  /** Emits a trap: the source is not. */
  readonly refuse: (reason: TrapReason) => void;
  /** Emits the passing of the handle on the stack. */
  readonly passHandle: (kind: "own" | "borrow", resource: Resource) => void;
  /** Emits the copy of a string: pointer and length are on the stack, and those of the copy are left there. */
  readonly passString: () => void;
  /** How many handles have been lent, if any can be. */
  readonly lent: Local | undefined;
  readonly shared: SharedCopies;
  /** Emits that what is about to be copied is paid for, if it is. */
  readonly charge: EmitCharge | undefined;
}

/** Functions of the adapter that copy the values of one type. */
export interface SharedCopies {
  /** Whether the type is to be copied by a function, where this one is being written. */
  readonly has: (type: ValueType, code: CodeWriter) => boolean;
  /** The index of the function. */
  readonly indexOf: (copy: SharedCopy) => number;
}

export interface SharedCopy {
  readonly type: ValueType;
  /** Where the values are for whoever calls: of it only the kinds matter. */
  readonly route: Route;
  /** What stands for how many handles have been lent, if any can be. */
  readonly counter: readonly FlatType[];
  /** Emits the body. */
  readonly write: (copying: Copying, type: ValueType, route: Route) => void;
}

export type Place =
  | { readonly kind: "flat"; readonly next: () => Local }
  | { readonly kind: "memory"; readonly pointer: Local; readonly offset: number };

/** Locals one after the other. */
export function flatPlace(locals: readonly Local[]): Place {
  let index = 0;
  const next = (): Local => {
    const local = locals[index];
    if (local === undefined) throw new Error("there are fewer flat values than the type has");
    index += 1;
    return local;
  };
  return { kind: "flat", next };
}

export const memoryPlace = (pointer: Local): Place => ({ kind: "memory", pointer, offset: 0 });

export interface Route {
  readonly from: Place;
  readonly to: Place;
}

/** Lists and strings have at most so many bytes (Canonical ABI, MAX_LIST_BYTE_LENGTH). */
export const bytesMax = 2 ** 28 - 1;

interface RangeCheck {
  readonly pointer: Local;
  readonly bytes: Local;
  readonly align: number;
}

export function emitRangeCheck(
  { code, to, trap, refuse }: Pick<Copying, "code" | "to" | "trap" | "refuse">,
  side: Side,
  { pointer, bytes, align }: RangeCheck,
): void {
  const fail = side === to ? trap : refuse;
  if (align > 1) {
    code
      .get(pointer)
      .i32(align - 1)
      .op("i32.and")
      .if(() => fail("wasm trap: unaligned pointer"));
  }
  code.get(pointer).op("i64.extend_i32_u").get(bytes).op("i64.extend_i32_u", "i64.add");
  code
    .memoryBytes(side.memory)
    .op("i64.gt_u")
    .if(() => fail("wasm trap: list content out-of-bounds"));
}
