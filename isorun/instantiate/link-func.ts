/** `canon lift` and `canon lower` at run time: generated functions bound to the memories and handles of an instance. */
import { MemoryAccess } from "../call/memory-access.ts";
import { entryOf, exitOf } from "../call/signature.ts";
import { type BoundaryWords, componentWords, type HostSide, hostWords, Support } from "../call/support.ts";
import { UnsupportedError } from "../errors/errors.ts";
import type { Resource } from "../types/component-types.ts";
import type { CanonicalOptions } from "../validate/canon-options.ts";
import type { ValidDefinition } from "../validate/valid-component.ts";
import type { ComponentInstance } from "./component-instance.ts";
import { absent, type CoreItem, type FuncItem, type HostCall, type RuntimeScope } from "./runtime-scope.ts";

type Realloc = (old: number, oldSize: number, align: number, size: number) => number;

interface Boundary {
  readonly words: BoundaryWords;
  readonly host?: HostSide;
}

function supportOf(scope: RuntimeScope, options: CanonicalOptions, boundary: Boundary): Support {
  const memory = options.memory === undefined ? undefined : scope.coreMemories[options.memory];
  const realloc = options.realloc === undefined ? undefined : scope.coreFuncs[options.realloc];
  return new Support({
    memory: memory instanceof WebAssembly.Memory ? new MemoryAccess(memory) : undefined,
    realloc: typeof realloc === "function" ? (realloc as Realloc) : undefined,
    encoding: options.encoding,
    instance: scope.instance,
    ...boundary,
  });
}

const bound = (scope: RuntimeScope, resources: readonly Resource[]) =>
  resources.map((resource) => scope.resources.get(resource) ?? absent("the resource", resource.id));

type Entry = (caller: ComponentInstance | undefined, ...values: unknown[]) => unknown;

export function liftFunc(
  scope: RuntimeScope,
  { func, type, options }: ValidDefinition & { readonly kind: "lift" },
): FuncItem {
  if (options.isAsync || type.isAsync) return { kind: "func", type, call: unsupportedAsync };
  const core = scope.coreFuncs[func] ?? absent("core function", func);
  const post = options.postReturn === undefined ? undefined : scope.coreFuncs[options.postReturn];
  const hasPostReturn = post !== undefined;
  const forHost = (host: HostSide): HostCall => {
    const { bind, resources } = entryOf(type, { hasPostReturn, isForHost: true });
    const support = supportOf(scope, options, { words: hostWords, host });
    return bind(support, core, bound(scope, resources), post) as HostCall; // the text says so
  };
  let entry: Entry | undefined;
  const call: Entry = (caller, ...values) => {
    if (entry === undefined) {
      const { bind, resources } = entryOf(type, { hasPostReturn, isForHost: false });
      const support = supportOf(scope, options, { words: componentWords });
      entry = bind(support, core, bound(scope, resources), post) as Entry; // the text says so
    }
    return entry(caller, ...values);
  };
  return { kind: "func", type, call, forHost };
}

function unsupportedAsync(): never {
  throw new UnsupportedError("the asynchronous ABI");
}

export function lowerFunc(
  scope: RuntimeScope,
  { func, type, options }: ValidDefinition & { readonly kind: "lower" },
): CoreItem {
  if (options.isAsync || type.isAsync) return unsupportedAsync;
  const { call, type: lifted } = scope.funcs[func] ?? absent("function", func);
  const { bind, resources } = exitOf(type);
  const words = lifted === undefined ? hostWords : componentWords;
  const target = (...values: unknown[]) => call(scope.instance, ...values);
  const support = supportOf(scope, options, { words });
  return bind(support, target, bound(scope, resources), undefined) as CoreItem; // the text makes a core function
}
