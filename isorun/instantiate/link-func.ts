/** `canon lift` and `canon lower` at run time: generated functions bound to the memories and handles of an instance. */
import { entryOf, exitOf } from "../call/signature.ts";
import { type HostSide, hostWords } from "../call/support.ts";
import { UnsupportedError } from "../errors/errors.ts";
import { flattenFunc } from "../types/flatten.ts";
import type { ValidDefinition } from "../validate/valid-component.ts";
import { bound, supportOf } from "./bind-support.ts";
import { guardedFunc } from "./guarded-func.ts";
import { adaptedFunc } from "./link-adapter.ts";
import { absent, type CoreItem, type FuncItem, type HostCall, type RuntimeScope } from "./runtime-scope.ts";

export function liftFunc(
  scope: RuntimeScope,
  { func, type, options }: ValidDefinition & { readonly kind: "lift" },
): FuncItem {
  if (options.isAsync || type.isAsync) return { kind: "func", call: unsupportedAsync };
  const core = scope.coreFuncs[func] ?? absent("core function", func);
  const post = options.postReturn === undefined ? undefined : scope.coreFuncs[options.postReturn];
  const forHost = (host: HostSide): HostCall => {
    const { bind, resources } = entryOf(type, post !== undefined);
    const support = supportOf(scope, options, { words: hostWords, host });
    return bind(support, core, bound(scope, resources), post) as HostCall; // the text says so
  };
  return { kind: "func", lifted: { core, post, options, scope, forHost } };
}

function unsupportedAsync(): never {
  throw new UnsupportedError("the asynchronous ABI");
}

export function lowerFunc(
  scope: RuntimeScope,
  { func, type, options }: ValidDefinition & { readonly kind: "lower" },
): CoreItem {
  if (options.isAsync || type.isAsync) {
    const flat = flattenFunc(type, { role: "lower", isAsync: options.isAsync, hasCallback: false });
    return guardedFunc(scope.instance, { type: flat, leaves: true }, unsupportedAsync);
  }
  const target = scope.funcs[func] ?? absent("function", func);
  if (target.lifted !== undefined) return adaptedFunc(scope, { type, options, lifted: target.lifted });
  const { bind, resources } = exitOf(type);
  const support = supportOf(scope, options, { words: hostWords });
  const run = bind(support, target.call, bound(scope, resources), undefined) as HostCall; // the text says so
  const flat = flattenFunc(type, { role: "lower", isAsync: false, hasCallback: false });
  return guardedFunc(scope.instance, { type: flat, leaves: true }, run);
}
