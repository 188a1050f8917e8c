/** How a call through a link ends whose results its caller could not take: as the adapter would have ended it. */
import type { ReturningLink, Unwinding } from "../call/returned-calls.ts";
import type { ComponentInstance } from "./component-instance.ts";
import type { LiftedFunc } from "./runtime-scope.ts";

export const returningLink = (caller: ComponentInstance, { post, scope: { instance } }: LiftedFunc): ReturningLink => ({
  caller: caller.root,
  callee: instance.root,
  hasFailed: () => !caller.mayLeave && post === undefined,
  end: (returned, unwinding) => {
    // Its post-return runs, and nobody leaves it from there.
    if (!instance.mayLeave) return false;
    const { root } = instance;
    if (root.state === "ready" && returned !== undefined && typeof post === "function") {
      cleanUp(instance, { ...unwinding, run: () => post(returned) });
    }
    if (root.state === "ready") for (const entered of instance.around) entered.mayEnter = true;
    root.leaveAll();
    return true;
  },
});

interface CleanUp extends Unwinding {
  readonly run: () => void;
}

/**
 * The time of its caller is none of its own, and nobody is told what it fails with; but it runs for that one, which may be
 * interrupted by whoever is asked for it.
 */
function cleanUp(instance: ComponentInstance, { caller, limitMs, run }: CleanUp): void {
  const { root, states } = instance;
  const { scheduler } = states;
  const task = scheduler.beginSync(root);
  task.parent = caller;
  task.isCleanUp = true;
  task.deadlineMs = limitMs === Infinity ? Infinity : performance.now() + limitMs;
  // It was counted when it began, if the host made it.
  root.calls -= 1;
  try {
    root.onEnter?.();
    instance.mayLeave = false;
    run();
    instance.mayLeave = true;
  } catch (error) {
    scheduler.unwind(task, error);
    return;
  } finally {
    task.isCleanUp = false;
  }
  scheduler.finish(task);
}
