/** What the text of an adapter depends on, and what it asks the host for. */
import type { StringEncoding } from "../decode/ast.ts";
import type { FuncType, Resource } from "../types/component-types.ts";

/** Of arguments, and of results. */
export type Direction = "in" | "out";

interface SideOptions {
  readonly encoding: StringEncoding;
  readonly hasMemory: boolean;
  readonly hasRealloc: boolean;
  /** Whether its instance has context storage, of which each call has its own. */
  readonly hasContext: boolean;
}

export interface AdapterKey {
  readonly type: FuncType;
  readonly caller: SideOptions;
  readonly callee: SideOptions & { readonly hasPostReturn: boolean };
  /** How many instances the call enters. */
  readonly entered: number;
  /** Whether the host linked the two sides: traces tell them apart by it. */
  readonly isLink: boolean;
  /** Whether somebody's fuel pays for what is copied, in both directions. */
  readonly isPaid: boolean;
}

/**
 * One handle that is passed, in the order of its imports `handle0`, `handle1`…, which take an index and return another.
 * Those that are lent are also told how many were lent before them in the same call.
 */
export interface PassedHandle {
  readonly kind: "own" | "borrow";
  readonly resource: Resource;
  readonly direction: Direction;
}

export interface WrittenAdapter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly handles: readonly PassedHandle[];
}
