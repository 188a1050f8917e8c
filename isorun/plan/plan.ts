/**
 * What instantiating a component does, in order, known before anything runs: as data, to be printed or compared. A step is
 * named by its place in `steps`; so is what it makes.
 */
import type { StringEncoding } from "../decode/ast.ts";
import type { FuncType } from "../types/component-types.ts";

/** As `component.plan()` makes it, and `formatPlan` prints it. */
export interface Plan {
  /** In the order in which they are done. */
  readonly steps: readonly PlanStep[];
  readonly exports: readonly PlannedExport[];
  /** There is more than a plan tells (limits of the planner): what follows the last step is left out. */
  readonly isCut: boolean;
}

/** One thing that is made. `within` is the step of the component instance that it is part of. */
export type PlanStep =
  /** A component instance, with the handles and the state of its own; the first step is the outermost one. */
  | { readonly kind: "component-instance"; readonly within: number | undefined; readonly name: string | undefined }
  /** An instance of a component that is itself imported: what it does is known when it is given. */
  | { readonly kind: "foreign-instance"; readonly within: number; readonly component: string }
  | {
      readonly kind: "core-instance";
      readonly within: number;
      readonly module: PlannedModule;
      readonly imports: readonly PlannedImport[];
    }
  /** `canon lower` of what is imported: served by the host, or by an adapter to the instance that is linked. */
  | {
      readonly kind: "import-call";
      readonly within: number;
      readonly path: string;
      readonly type: FuncType;
      readonly encoding: StringEncoding;
    }
  /** `canon lower` of what another instance of this component lifts: a core module that copies from one to the other. */
  | {
      readonly kind: "adapter";
      readonly within: number;
      readonly callee: number;
      readonly core: CoreOrigin;
      readonly type: FuncType;
      readonly encoding: StringEncoding;
      readonly calleeEncoding: StringEncoding;
    }
  | { readonly kind: "built-in"; readonly within: number; readonly name: string }
  | { readonly kind: "resource"; readonly within: number; readonly destructor: CoreOrigin | undefined };

/** What a core instance is made of. */
export type PlannedModule =
  /** The place among the core modules of the file, those of inner components included; its size in bytes. */
  | {
      readonly kind: "own";
      readonly index: number;
      readonly size: number;
      readonly name: string | undefined;
    }
  | { readonly kind: "import"; readonly path: string };

/** What step made a core item, and under which name it exports it; a step that makes one item exports it without a name. */
export interface CoreOrigin {
  readonly step: number;
  readonly name?: string;
}

/** An import of a core instance, by the names of its module, and what serves it. */
export interface PlannedImport {
  readonly module: string;
  readonly name: string;
  readonly kind: "func" | "table" | "memory" | "global" | "tag";
  readonly from: CoreOrigin;
}

/** An export of the component. */
export interface PlannedExport {
  /** `name`, or `interface#name`. */
  readonly path: string;
  readonly kind: "func" | "core module" | "component" | "type";
  /** Of a function: the instance that lifts it, and its core function. Undefined for what passes through from imports. */
  readonly lifted?: { readonly instance: number; readonly core: CoreOrigin };
}
