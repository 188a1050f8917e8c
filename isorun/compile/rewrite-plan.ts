/** What the parts of the rewriting pass know of the module and of what is to be done with it. */
import type { CoreFuncType } from "../decode/ast.ts";
import type { CoreTypeSpace } from "../types/core-types.ts";
import type { AccountIndices } from "./account-indices.ts";
import type { ConstantCost } from "./constant-cost.ts";
import type { HeapObjects } from "./heap-objects.ts";
import type { IndexShift } from "./index-shift.ts";
import type { InjectedFunctions } from "./injected-functions.ts";
import type { MemorySizes, TableSizes } from "./module-sizes.ts";

export interface RewritePlan {
  readonly functions: IndexShift;
  readonly globals: IndexShift;
  readonly accounts: AccountIndices;
  /** Of the module itself: others are appended. */
  readonly types: CoreTypeSpace;
  readonly typeCount: number;
  /** By index, imported ones first. */
  readonly memories: readonly MemorySizes[];
  readonly tables: readonly TableSizes[];
  readonly tags: readonly CoreFuncType[];
  readonly injected: InjectedFunctions;
  readonly heap: HeapObjects;
  /** Undefined if fuel is not counted. */
  readonly constants: ConstantCost | undefined;
}
