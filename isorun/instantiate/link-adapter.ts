/** Links an adapter: a core function of one instance that calls the core function of another. */
import { type Adapter, adapterOf } from "../adapter/adapter.ts";
import { hostWords, type Support } from "../call/support.ts";
import type { FuncType } from "../types/component-types.ts";
import type { CanonicalOptions } from "../validate/canon-options.ts";
import { supportOf } from "./bind-support.ts";
import { guardOf, trapFunc } from "./guarded-func.ts";
import type { InstanceStates } from "./instance-states.ts";
import { absent, type CoreItem, type LiftedFunc, type RuntimeScope } from "./runtime-scope.ts";

export interface Adapted {
  readonly type: FuncType;
  readonly options: CanonicalOptions;
  readonly lifted: LiftedFunc;
}

/** @throws UnsupportedError for values of the asynchronous ABI */
export function adaptedFunc(scope: RuntimeScope, { type, options, lifted }: Adapted): CoreItem {
  const callee = lifted.scope.instance;
  const entering = callee.enteringFrom(scope.instance);
  const { module, handles } = adapterOf({
    type,
    caller: sideOf(scope, options),
    callee: { ...sideOf(lifted.scope, lifted.options), hasPostReturn: lifted.post !== undefined },
    entered: entering.length,
  });
  const imports: Record<string, unknown> = {
    ...coreImports(scope, options, lifted),
    ...hostImports({
      outside: supportOf(scope, options, { words: hostWords }),
      inside: supportOf(lifted.scope, lifted.options, { words: hostWords }),
      states: scope.instance.states,
      handles,
      scope,
    }),
    state: scope.instance.states.memory,
    caller: scope.instance.place,
    "callee-place": callee.place,
  };
  for (const [index, instance] of entering.entries()) imports[`entered${index}`] = instance.place;
  const { exports } = new WebAssembly.Instance(module, { "": imports as Record<string, CoreItem> });
  return exports["f"] as CoreItem; // what an adapter exports
}

const sideOf = ({ instance }: RuntimeScope, { encoding, memory, realloc }: CanonicalOptions) => ({
  encoding,
  hasMemory: memory !== undefined,
  hasRealloc: realloc !== undefined,
  hasContext: instance.hasContext,
});

function coreImports(scope: RuntimeScope, options: CanonicalOptions, lifted: LiftedFunc): Record<string, unknown> {
  const at = (space: readonly CoreItem[], index: number | undefined) =>
    index === undefined ? undefined : space[index];
  return {
    callee: lifted.core,
    post: lifted.post,
    "realloc-caller": at(scope.coreFuncs, options.realloc),
    "realloc-callee": at(lifted.scope.coreFuncs, lifted.options.realloc),
    "memory-caller": at(scope.coreMemories, options.memory),
    "memory-callee": at(lifted.scope.coreMemories, lifted.options.memory),
  };
}

interface HostParts {
  /** Of the caller, and of the callee. */
  readonly outside: Support;
  readonly inside: Support;
  readonly states: InstanceStates;
  readonly handles: Adapter["handles"];
  readonly scope: RuntimeScope;
}

/** What an adapter asks of the host. None of it throws: a guest could catch that. */
function hostImports({ outside, inside, states, handles, scope }: HostParts): Record<string, unknown> {
  const guarded = guardOf(states);
  const scopes: ReturnType<Support["openScope"]>[] = [];
  const imports: Record<string, unknown> = {
    trap: trapFunc(states),
    open: () => {
      outside.beginLending();
      scopes.push(inside.openScope());
    },
    close: guarded(undefined, () => {
      const before = scopes.pop();
      if (before !== undefined) inside.closeScope(before);
      outside.endLending();
    }),
  };
  for (const [index, { kind, resource: id, direction }] of handles.entries()) {
    const resource = scope.resources.get(id) ?? absent("the resource", id.id);
    const [from, to] = direction === "in" ? [outside, inside] : [inside, outside];
    imports[`handle${index}`] = guarded(0, (handle: number) =>
      kind === "own"
        ? to.lowerOwn(from.liftOwn(handle >>> 0, resource), resource)
        : to.lowerBorrow(from.liftBorrow(handle >>> 0, resource), resource),
    );
  }
  return imports;
}
