/** How a call through a link ends whose results its caller could not take: as the adapter would have ended it. */
import type { ReturningLink } from "../call/returned-calls.ts";
import type { ComponentInstance } from "./component-instance.ts";
import type { LiftedFunc } from "./runtime-scope.ts";

export const returningLink = (caller: ComponentInstance, { post, scope: { instance } }: LiftedFunc): ReturningLink => ({
  caller: caller.root,
  callee: instance.root,
  hasFailed: () => !caller.mayLeave && post === undefined,
  end: (returned, limitMs) => {
    // Its post-return runs, and nobody leaves it from there.
    if (!instance.mayLeave) return false;
    const { root } = instance;
    if (root.state === "ready" && returned !== undefined && typeof post === "function") {
      cleanUp(instance, { limitMs, run: () => post(returned) });
    }
    if (root.state === "ready") for (const entered of instance.around) entered.mayEnter = true;
    root.leaveAll();
    return true;
  },
});

interface CleanUp {
  readonly limitMs: number;
  readonly run: () => void;
}

/** Its caller is gone: the deadline of that is none of its own, and nobody is told what it fails with. */
function cleanUp(instance: ComponentInstance, { limitMs, run }: CleanUp): void {
  const { root, states } = instance;
  const { scheduler } = states;
  const task = scheduler.beginSync(root);
  task.parent = undefined;
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
  }
  scheduler.finish(task);
}
