/** JavaScript Promise Integration, of which the type declarations of the runtime do not know: how a stack of core code waits. */

type Func = (...flat: never[]) => unknown;

interface Jspi {
  readonly Suspending: new (func: (...flat: never[]) => PromiseLike<unknown>) => Func;
  readonly promising: (func: Func) => (...flat: unknown[]) => Promise<unknown>;
}

/** Looked at anew each time: it costs nothing beside what it is asked for. */
export const canSuspend = (): boolean => "Suspending" in WebAssembly && "promising" in WebAssembly;

/** A core import that suspends the stack until its promise settles. Without JSPI it is never called: nothing may wait. */
export function suspendingImport(func: () => PromiseLike<unknown>): Func {
  if (!canSuspend()) return func;
  return new (WebAssembly as unknown as Jspi).Suspending(func); // the web API, as asked above
}

/** A core function that answers with a promise, so that what it calls can be suspended. */
export const promisingFunc = (core: Func): ((...flat: unknown[]) => Promise<unknown>) =>
  (WebAssembly as unknown as Jspi).promising(core); // the web API: asked for where `canSuspend`
