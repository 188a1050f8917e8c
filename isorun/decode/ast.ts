/**
 * What the binary format of components says (design/mvp/Binary.md of the component model), definition by definition in
 * the order of the file, with indices as they stand there. Nothing is resolved and nothing checked but the format.
 */

/** A type of values that has no parts, by its name in WIT. */
export type Primitive =
  | "bool"
  | "s8"
  | "u8"
  | "s16"
  | "u16"
  | "s32"
  | "u32"
  | "s64"
  | "u64"
  | "f32"
  | "f64"
  | "char"
  | "string"
  | "error-context";

/** A primitive, or the index of a type. */
export type ValTypeRef = Primitive | number;

export type CoreSort = "func" | "table" | "memory" | "global" | "tag" | "type" | "module" | "instance";
export type ComponentSort = "func" | "value" | "type" | "component" | "instance";
export type Sort = ComponentSort | `core ${CoreSort}`;

export interface SortIndex {
  readonly sort: Sort;
  readonly index: number;
}

/** A name of an import or export with what stands beside it. */
export interface ExternName {
  readonly name: string;
  /** In the order of the file; that each kind stands there once is a rule of validation. */
  readonly attributes: readonly NameAttribute[];
}

export type NameAttribute =
  | { readonly kind: "implements"; readonly interface: string }
  | { readonly kind: "version-suffix"; readonly suffix: string }
  | { readonly kind: "external-id"; readonly id: string };

export interface Labelled {
  readonly label: string;
  readonly type: ValTypeRef;
}

export interface CaseRef {
  readonly label: string;
  readonly type: ValTypeRef | undefined;
}

export type DefinedTypeRef =
  | { readonly kind: "primitive"; readonly primitive: Primitive }
  | { readonly kind: "record"; readonly fields: readonly Labelled[] }
  | { readonly kind: "variant"; readonly cases: readonly CaseRef[] }
  | { readonly kind: "list"; readonly element: ValTypeRef }
  | { readonly kind: "fixed-list"; readonly element: ValTypeRef; readonly length: number }
  | { readonly kind: "tuple"; readonly types: readonly ValTypeRef[] }
  | { readonly kind: "flags"; readonly labels: readonly string[] }
  | { readonly kind: "enum"; readonly labels: readonly string[] }
  | { readonly kind: "option"; readonly type: ValTypeRef }
  | { readonly kind: "result"; readonly ok: ValTypeRef | undefined; readonly error: ValTypeRef | undefined }
  | { readonly kind: "own"; readonly resource: number }
  | { readonly kind: "borrow"; readonly resource: number }
  | { readonly kind: "stream"; readonly element: ValTypeRef | undefined }
  | { readonly kind: "future"; readonly element: ValTypeRef | undefined }
  | { readonly kind: "map"; readonly key: ValTypeRef; readonly value: ValTypeRef };

export interface FuncTypeRef {
  readonly kind: "func";
  readonly isAsync: boolean;
  readonly params: readonly Labelled[];
  readonly result: ValTypeRef | undefined;
}

export type TypeRef =
  | DefinedTypeRef
  | FuncTypeRef
  | { readonly kind: "component"; readonly declarations: readonly Declaration[] }
  | { readonly kind: "instance"; readonly declarations: readonly Declaration[] }
  | { readonly kind: "resource"; readonly representation: CoreValType; readonly destructor: number | undefined };

/** What an import, an export or a declaration says that something is. */
export type ExternTypeRef =
  | { readonly kind: "core module"; readonly type: number }
  | { readonly kind: "func" | "component" | "instance"; readonly type: number }
  | { readonly kind: "type"; readonly bound: { readonly kind: "eq"; readonly type: number } | { readonly kind: "sub" } }
  | { readonly kind: "value"; readonly type: ValTypeRef | { readonly equal: number } };

/** Part of a component type or an instance type; imports stand in component types only. */
export type Declaration = Placed<
  | { readonly kind: "core type"; readonly type: CoreTypeRef }
  | { readonly kind: "type"; readonly type: TypeRef }
  | { readonly kind: "alias"; readonly alias: AliasRef }
  | { readonly kind: "import" | "export"; readonly name: ExternName; readonly type: ExternTypeRef }
>;

export type AliasRef =
  | {
      readonly kind: "export";
      readonly sort: ComponentSort | "core module";
      readonly instance: number;
      readonly name: string;
    }
  | { readonly kind: "core export"; readonly sort: CoreSort; readonly instance: number; readonly name: string }
  | {
      readonly kind: "outer";
      readonly sort: "type" | "component" | "core module" | "core type";
      readonly count: number;
      readonly index: number;
    };

export interface Argument {
  readonly name: string;
  readonly value: SortIndex;
}

export interface InlineExport {
  readonly name: ExternName;
  readonly value: SortIndex;
}

export type InstanceRef =
  | { readonly kind: "instantiate"; readonly component: number; readonly arguments: readonly Argument[] }
  | { readonly kind: "exports"; readonly exports: readonly InlineExport[] };

export interface CoreInlineExport {
  readonly name: string;
  readonly sort: CoreSort;
  readonly index: number;
}

export type CoreInstanceRef =
  | {
      readonly kind: "instantiate";
      readonly module: number;
      readonly arguments: readonly { readonly name: string; readonly instance: number }[];
    }
  | { readonly kind: "exports"; readonly exports: readonly CoreInlineExport[] };

/** How a string lies in the memory of a guest. */
export type StringEncoding = "utf8" | "utf16" | "latin1-utf16";

export type CanonOption =
  | { readonly kind: StringEncoding | "async" }
  | { readonly kind: "memory" | "realloc" | "post-return" | "callback"; readonly index: number };

/** Each with its immediates: `memory` and `table` are indices of core items, `slot` is a number of its own. */
export type BuiltinRef =
  | { readonly name: "resource.new" | "resource.drop" | "resource.rep"; readonly type: number }
  | { readonly name: PlainBuiltin }
  | { readonly name: "task.return"; readonly result: ValTypeRef | undefined; readonly options: readonly CanonOption[] }
  | { readonly name: "context.get" | "context.set"; readonly type: CoreValType; readonly slot: number }
  | { readonly name: "subtask.cancel"; readonly isAsync: boolean }
  | { readonly name: StreamBuiltin; readonly type: number }
  | { readonly name: StreamCopyBuiltin; readonly type: number; readonly options: readonly CanonOption[] }
  | { readonly name: StreamCancelBuiltin; readonly type: number; readonly isAsync: boolean }
  | { readonly name: "error-context.new" | "error-context.debug-message"; readonly options: readonly CanonOption[] }
  | {
      readonly name: "waitable-set.wait" | "waitable-set.poll";
      readonly isCancellable: boolean;
      readonly memory: number;
    }
  | { readonly name: CancellableThreadBuiltin; readonly isCancellable: boolean }
  | { readonly name: "thread.new-indirect"; readonly type: number; readonly table: number }
  | { readonly name: "thread.spawn-ref"; readonly isShared: boolean; readonly type: number }
  | {
      readonly name: "thread.spawn-indirect";
      readonly isShared: boolean;
      readonly type: number;
      readonly table: number;
    }
  | { readonly name: "thread.available-parallelism"; readonly isShared: boolean };

export type PlainBuiltin =
  | "backpressure.inc"
  | "backpressure.dec"
  | "task.cancel"
  | "subtask.drop"
  | "error-context.drop"
  | "waitable-set.new"
  | "waitable-set.drop"
  | "waitable.join"
  | "thread.index"
  | "thread.resume-later";

type StreamOrFuture = "stream" | "future";
export type StreamBuiltin = `${StreamOrFuture}.${"new" | "drop-readable" | "drop-writable"}`;
export type StreamCopyBuiltin = `${StreamOrFuture}.${"read" | "write"}`;
export type StreamCancelBuiltin = `${StreamOrFuture}.${"cancel-read" | "cancel-write"}`;
export type CancellableThreadBuiltin = `thread.${
  | "suspend"
  | "yield"
  | "suspend-then-resume"
  | "yield-then-resume"
  | "suspend-then-promote"
  | "yield-then-promote"}`;

export type CanonRef =
  | { readonly kind: "lift"; readonly func: number; readonly options: readonly CanonOption[]; readonly type: number }
  | { readonly kind: "lower"; readonly func: number; readonly options: readonly CanonOption[] }
  | { readonly kind: "builtin"; readonly builtin: BuiltinRef };

export type Definition = Placed<
  | { readonly kind: "core module"; readonly bytes: Uint8Array }
  | { readonly kind: "core instance"; readonly instance: CoreInstanceRef }
  | { readonly kind: "core type"; readonly type: CoreTypeRef }
  | { readonly kind: "component"; readonly component: ComponentNode }
  | { readonly kind: "instance"; readonly instance: InstanceRef }
  | { readonly kind: "alias"; readonly alias: AliasRef }
  | { readonly kind: "type"; readonly type: TypeRef }
  | { readonly kind: "canon"; readonly canon: CanonRef }
  | { readonly kind: "start" }
  | { readonly kind: "import"; readonly name: ExternName; readonly type: ExternTypeRef }
  | {
      readonly kind: "export";
      readonly name: ExternName;
      readonly value: SortIndex;
      readonly type: ExternTypeRef | undefined;
    }
  | { readonly kind: "value" }
>;

/** With the place where it begins, in bytes from the start of the file. */
export type Placed<T> = T & { readonly offset: number };

export interface ComponentNode {
  readonly definitions: readonly Definition[];
  /** Of the whole component, preamble included. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly names: ComponentNames;
}

/** What the custom section `component-name` says; empty where it says nothing, or nothing that can be read. */
export interface ComponentNames {
  readonly component?: string | undefined;
  readonly sorts: ReadonlyMap<Sort, ReadonlyMap<number, string>>;
}

// Core types, as far as components look at them.

/** The type of a core value that is no reference. */
export type CoreNumberType = "i32" | "i64" | "f32" | "f64" | "v128";
/** The type of a core reference. */
export interface CoreRefType {
  readonly kind: "ref";
  readonly isNullable: boolean;
  /** An abstract heap type, or the index of a type. */
  readonly heap: string | number;
}
/** The type of a core value. */
export type CoreValType = CoreNumberType | CoreRefType;
export type CoreStorageType = CoreValType | "i8" | "i16";

/** The type of a core function. */
export interface CoreFuncType {
  readonly kind: "func";
  readonly params: readonly CoreValType[];
  readonly results: readonly CoreValType[];
}

export interface CoreFieldType {
  readonly type: CoreStorageType;
  readonly isMutable: boolean;
}

export interface CoreSubType {
  readonly isFinal: boolean;
  readonly supertypes: readonly number[];
  readonly type:
    | CoreFuncType
    | { readonly kind: "struct"; readonly fields: readonly CoreFieldType[] }
    | { readonly kind: "array"; readonly element: CoreFieldType };
}

/** Of a memory, in pages, or of a table, in elements. */
export interface Limits {
  readonly minimum: number;
  readonly maximum: number | undefined;
  readonly isShared: boolean;
  readonly is64: boolean;
  /** One of them is written in more bytes than a number of 32 bits may take. */
  readonly isLong: boolean;
}

/** `type` of functions and tags is an index. */
export type CoreExternTypeRef =
  | { readonly kind: "func" | "tag"; readonly type: number }
  | { readonly kind: "table"; readonly element: CoreRefType; readonly limits: Limits }
  | { readonly kind: "memory"; readonly limits: Limits; readonly pageSizeLog2: number | undefined }
  | { readonly kind: "global"; readonly type: CoreValType; readonly isMutable: boolean };

export type CoreTypeRef =
  | { readonly kind: "rec"; readonly types: readonly CoreSubType[] }
  | { readonly kind: "module"; readonly declarations: readonly CoreDeclaration[] };

export type CoreDeclaration = Placed<
  | { readonly kind: "import"; readonly module: string; readonly name: string; readonly type: CoreExternTypeRef }
  | { readonly kind: "type"; readonly types: readonly CoreSubType[] }
  | { readonly kind: "alias"; readonly count: number; readonly index: number }
  | { readonly kind: "export"; readonly name: string; readonly type: CoreExternTypeRef }
>;
