/**
 * A function of the host as a component calls it: it is given a context if it takes one, and may answer with a promise,
 * for which the call that runs is suspended where that is possible.
 */
import { dropLate } from "../call/drop-late.ts";
import { hostCalling } from "../call/fixed-arity.ts";
import type { RuntimeResource } from "../call/handle-table.ts";
import { type Scheduler, waiting } from "../call/scheduler.ts";
import { canSuspend } from "../call/suspending.ts";
import { ComponentError, isErrorOf, TrapError } from "../errors/errors.ts";
import type { HostCall } from "../instantiate/runtime-scope.ts";
import type { FuncType, Resource } from "../types/component-types.ts";
import { forget, isThenable } from "./at-once.ts";
import { seesMoreThan } from "./declared-params.ts";
import type { HostFunction } from "./linker.ts";

interface HostFuncOptions {
  /** The import, and the name in it if it is an interface. */
  readonly path: readonly string[];
  readonly implementation: HostFunction;
  readonly scheduler: Scheduler;
  /** Whether its time counts. */
  readonly isTimed: boolean;
  /** What the resources of its type are, once all is linked. */
  readonly resources: ReadonlyMap<Resource, RuntimeResource>;
}

type GiveUp = ((value: unknown) => void) | undefined;

/** The `ok` side of a result is what the implementation returns, the other one what it throws as ComponentError. */
export function hostFunc({ params, result }: FuncType, options: HostFuncOptions): HostCall {
  const { implementation, scheduler, isTimed, resources } = options;
  const giveUp: GiveUp = result?.hasResource === true ? (value) => dropLate(value, { result, resources }) : undefined;
  const isResult = result?.kind === "result";
  const hasContext = seesMoreThan(implementation, params.length);
  const call = hostCalling(
    { params: params.length, hasContext, isResult, isTimed },
    {
      implemented: implementation,
      scheduler,
      isThenable,
      waitFor: (answer: PromiseLike<unknown>) => waitFor(isResult ? asResult(answer) : answer, options, giveUp),
      errSide,
    },
  );
  return call as HostCall; // its arguments are what the type says
}

const asResult = async (answer: PromiseLike<unknown>): Promise<unknown> => {
  try {
    return { tag: "ok", val: await answer };
  } catch (error) {
    return errSide(error);
  }
};

/** @throws what is not the guest's to know */
function errSide(error: unknown): { readonly tag: "err"; readonly val: unknown } {
  if (isErrorOf(ComponentError, error)) return { tag: "err", val: error.payload };
  throw error;
}

/** @throws TrapError if the call that runs cannot be suspended */
function waitFor(answer: PromiseLike<unknown>, { scheduler, path }: HostFuncOptions, giveUp: GiveUp): typeof waiting {
  if (scheduler.running?.canSuspend === true) return scheduler.waitFor(answer, giveUp);
  forget(answer, giveUp);
  const why = canSuspend() ? "this call cannot be suspended" : "this engine has no WebAssembly.Suspending";
  throw new TrapError(`cannot block: '${path.join("#")}' has to wait, and ${why}`, { code: "cannot-block" });
}

/** Whether it says of itself that it will have to wait. */
export const isAsyncFunction = (implementation: HostFunction): boolean =>
  Object.prototype.toString.call(implementation) === "[object AsyncFunction]";
