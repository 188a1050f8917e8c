/** Options of canonical definitions (CanonicalABI.md, Canonical ABI Options, and the validation rules of each definition). */
import type { CanonOption, CoreValType, StringEncoding } from "../decode/ast.ts";
import { UnsupportedError, ValidationError } from "../errors/errors.ts";
import type { FuncType } from "../types/component-types.ts";
import {
  type CoreExternType,
  coreMismatch,
  formatCoreValType,
  isPlainFunc,
  pageSizeLog2Of,
} from "../types/core-types.ts";
import {
  flatAsyncParamsMax,
  flatParamsMax,
  flatResultsMax,
  flattenFunc,
  flattenType,
  flattenTypes,
  hasPointers,
} from "../types/flatten.ts";
import type { Scope } from "./scope.ts";

/** Indices are those of the core index spaces. */
export interface CanonicalOptions {
  readonly encoding: StringEncoding;
  readonly memory: number | undefined;
  /** What that memory can ever hold, if its type says. */
  readonly memoryBytesMax: number | undefined;
  readonly realloc: number | undefined;
  readonly postReturn: number | undefined;
  readonly callback: number | undefined;
  readonly isAsync: boolean;
}

/** Reads and checks options as such, not whether they suffice. @throws ValidationError */
export function readOptions(scope: Scope, options: readonly CanonOption[], offset: number): CanonicalOptions {
  const given = new Map<string, number>();
  let encoding: StringEncoding | undefined;
  for (const option of options) {
    if (option.kind === "utf8" || option.kind === "utf16" || option.kind === "latin1-utf16") {
      if (encoding !== undefined) {
        const complaint = `canonical encoding option \`${encoding}\` conflicts with option \`${option.kind}\``;
        throw new ValidationError(complaint, offset);
      }
      encoding = option.kind;
      continue;
    }
    if (given.has(option.kind)) {
      throw new ValidationError(`canonical option \`${option.kind}\` is specified more than once`, offset);
    }
    given.set(option.kind, "index" in option ? option.index : 0);
  }
  const memory = given.get("memory");
  const memoryBytesMax = memory === undefined ? undefined : checkMemory(scope, memory, offset);
  const realloc = given.get("realloc");
  if (realloc !== undefined) checkRealloc(scope, { realloc, memory, offset });
  const isAsync = given.has("async");
  const callback = given.get("callback");
  if (callback !== undefined && !isAsync) {
    throw new ValidationError("canonical option `callback` cannot be specified without `async`", offset);
  }
  const postReturn = given.get("post-return");
  return { encoding: encoding ?? "utf8", memory, memoryBytesMax, realloc, postReturn, callback, isAsync };
}

/** A subtype of `(memory 0)` (CanonicalABI.md, Canonical ABI Options): with addresses of 32 bits, and not shared. */
const anyMemory = {
  kind: "memory",
  limits: { minimum: 0, maximum: undefined, isShared: false, is64: false, isLong: false },
  pageSizeLog2: pageSizeLog2Of(undefined),
} as const;

/** @returns how large it can become by its type, in bytes */
function checkMemory(scope: Scope, memory: number, offset: number): number | undefined {
  const type = scope.coreMemories.at(memory, offset);
  const mismatch = coreMismatch(type, anyMemory);
  if (mismatch !== undefined) throw new ValidationError(mismatch, offset);
  const { limits, pageSizeLog2 } = type;
  return limits.maximum === undefined ? undefined : limits.maximum * 2 ** pageSizeLog2;
}

function checkRealloc(
  scope: Scope,
  {
    realloc,
    memory,
    offset,
  }: { readonly realloc: number; readonly memory: number | undefined; readonly offset: number },
): void {
  checkFunc(scope.coreFuncs.at(realloc, offset), {
    option: "realloc",
    params: ["i32", "i32", "i32", "i32"],
    results: ["i32"],
    offset,
  });
  if (memory === undefined) {
    throw new ValidationError("canonical option `realloc` requires `memory` to also be specified", offset);
  }
}

interface CoreSignature {
  readonly params: readonly CoreValType[];
  readonly results: readonly CoreValType[];
}

const areEqual = (one: readonly CoreValType[], other: readonly CoreValType[]): boolean =>
  one.length === other.length && one.every((type, index) => type === other[index]);

interface Wanted extends CoreSignature {
  readonly option: string;
  readonly offset: number;
}

type CoreFunc = CoreExternType & { readonly kind: "func" };

function checkFunc({ type, key }: CoreFunc, { option, params, results, offset }: Wanted): void {
  if (!areEqual(type.params, params) || !areEqual(type.results, results)) {
    throw new ValidationError(
      `canonical option \`${option}\` uses a core function with an incorrect signature`,
      offset,
    );
  }
  if (!isPlainFunc(key)) throw new UnsupportedError(`a core function with a type of its own as \`${option}\``);
}

interface Use {
  readonly type: FuncType;
  readonly options: CanonicalOptions;
  readonly offset: number;
}

/** @throws ValidationError */
export function checkLift(scope: Scope, { type, options, offset }: Use, core: CoreFunc): void {
  checkAsync({ type, options, offset });
  const hasCallback = options.callback !== undefined;
  const flat = flattenFunc(type, { role: "lift", isAsync: options.isAsync, hasCallback });
  checkNeeded({ type, options, offset }, "lift");
  if (options.postReturn !== undefined) {
    const after = scope.coreFuncs.at(options.postReturn, offset);
    if (options.isAsync) throw new ValidationError("canonical option `post-return` conflicts with `async`", offset);
    checkFunc(after, { option: "post-return", params: flat.results, results: [], offset });
  }
  if (options.callback !== undefined) {
    const callback = scope.coreFuncs.at(options.callback, offset);
    checkFunc(callback, { option: "callback", params: ["i32", "i32", "i32"], results: ["i32"], offset });
  }
  compare("parameter", { lowered: flat.params, found: core.type.params, offset });
  compare("result", { lowered: flat.results, found: core.type.results, offset });
  if (!isPlainFunc(core.key)) {
    throw new ValidationError("lowered function type does not match the type of the core function", offset);
  }
}

interface Compared {
  readonly lowered: readonly CoreValType[];
  readonly found: readonly CoreValType[];
  readonly offset: number;
}

function compare(what: "parameter" | "result", { lowered, found, offset }: Compared): void {
  if (areEqual(lowered, found)) return;
  const list = (types: readonly CoreValType[]) =>
    `[${types.map((type) => formatCoreValType(type).toUpperCase()).join(", ")}]`;
  const complaint = `lowered ${what} types \`${list(lowered)}\` do not match ${what} types \`${list(found)}\` of core function`;
  throw new ValidationError(complaint, offset);
}

/** @throws ValidationError */
export function checkLower({ type, options, offset }: Use): CoreSignature {
  checkAsync({ type, options, offset });
  if (options.postReturn !== undefined) {
    throw new ValidationError("canonical option `post-return` cannot be specified for lowerings", offset);
  }
  if (options.callback !== undefined) {
    throw new ValidationError("canonical option `callback` cannot be specified for lowerings", offset);
  }
  checkNeeded({ type, options, offset }, "lower");
  return flattenFunc(type, { role: "lower", isAsync: options.isAsync, hasCallback: false });
}

function checkAsync({ type, options, offset }: Use): void {
  if (options.isAsync && !type.isAsync) {
    throw new ValidationError("the `async` canonical option requires an async function type", offset);
  }
}

/** What is lowered into a memory has to be allocated there; what is lifted from it needs only the memory. */
function checkNeeded({ type, options, offset }: Use, role: "lift" | "lower"): void {
  const params = type.params.map((param) => param.type);
  const paramsMax = role === "lower" && options.isAsync ? flatAsyncParamsMax : flatParamsMax;
  const areParamsSpilled = flattenTypes(params).length > paramsMax;
  // The result of an asynchronous lift is given to `task.return`, which has options of its own.
  const result = type.result === undefined || (role === "lift" && options.isAsync) ? [] : [type.result];
  const resultsMax = options.isAsync ? 0 : flatResultsMax;
  const isResultSpilled = result.some((each) => flattenType(each).length > resultsMax);
  const paramsTouch = areParamsSpilled || params.some(hasPointers);
  const resultTouches = isResultSpilled || result.some(hasPointers);
  if ((paramsTouch || resultTouches) && options.memory === undefined) missing("memory", offset);
  const needsRealloc = role === "lift" ? paramsTouch : result.some(hasPointers);
  if (needsRealloc && options.realloc === undefined) missing("realloc", offset);
}

export function missing(option: string, offset: number): never {
  throw new ValidationError(`canonical option \`${option}\` is required`, offset);
}
