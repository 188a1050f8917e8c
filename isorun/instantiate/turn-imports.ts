/** What generated code asks the host for before it enters an instance that is busy. */
import type { ComponentInstance } from "./component-instance.ts";
import { guardOf } from "./guarded-func.ts";
import type { InstanceStates } from "./instance-states.ts";

interface Wait {
  /** Before a turn is asked for, which may be refused. */
  readonly begins: () => void;
  /** It is its turn. Of one that is refused, or that somebody ends, this is not told. */
  readonly ends: () => void;
}

export function turnImports(states: InstanceStates, { root }: ComponentInstance, wait?: Wait): Record<string, unknown> {
  const { scheduler } = states;
  const guarded = guardOf(states);
  return {
    turn: guarded(0, () => {
      wait?.begins();
      return scheduler.takeTurn(root);
    }),
    wait: scheduler.wait,
    resume: guarded(undefined, (id: number) => {
      scheduler.settle(id);
      wait?.ends();
    }),
  };
}
