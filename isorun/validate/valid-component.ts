/** A component that passed validation: its definitions with types beside them, which is all that later passes look at. */

import type { CoreModule } from "../core-module/core-module.ts";
import type {
  AliasRef,
  BuiltinRef,
  ComponentNames,
  CoreInstanceRef,
  ExternName,
  InstanceRef,
  SortIndex,
} from "../decode/ast.ts";
import type { ComponentType, ExternType, FuncType, InstanceType, Resource } from "../types/component-types.ts";
import type { FlatFuncType } from "../types/flatten.ts";
import type { CanonicalOptions } from "./canon-options.ts";

/** What stands in an index space by its place there: each definition adds one item to the space of its sort. */
export type ValidDefinition =
  | { readonly kind: "core module"; readonly module: CoreModule }
  | { readonly kind: "core instance"; readonly instance: CoreInstanceRef }
  | { readonly kind: "component"; readonly component: ValidComponent }
  | { readonly kind: "instance"; readonly instance: InstanceRef; readonly type: InstanceType }
  | { readonly kind: "alias"; readonly alias: AliasRef }
  | { readonly kind: "resource"; readonly resource: Resource; readonly destructor: number | undefined }
  /** A type that is no resource exists at run time only as an index. */
  | { readonly kind: "type" }
  | { readonly kind: "lift"; readonly func: number; readonly type: FuncType; readonly options: CanonicalOptions }
  | { readonly kind: "lower"; readonly func: number; readonly type: FuncType; readonly options: CanonicalOptions }
  | {
      readonly kind: "builtin";
      readonly builtin: BuiltinRef;
      readonly signature: FlatFuncType;
      readonly resource: Resource | undefined;
    }
  | { readonly kind: "import"; readonly name: string; readonly type: ExternType }
  | { readonly kind: "export"; readonly name: ExternName; readonly value: SortIndex; readonly type: ExternType };

export interface ValidComponent {
  readonly type: ComponentType;
  readonly definitions: readonly ValidDefinition[];
  readonly names: ComponentNames;
}
