import type { OptionShapes } from "@vivarium/cli/command";
import { policyOptions } from "@vivarium/core/policy/options";
import { componentOptions } from "./component-options.ts";

export const runOptions = {
  invoke: { kind: "value", value: "CALL", summary: "Call this export, such as 'add(1, 2)', instead of wasi:cli/run" },
  "no-fuel": {
    kind: "flag",
    summary:
      "Count no instructions unless a budget needs it: faster, but Ctrl-C then waits up to a second, and says nothing",
  },
  ...componentOptions,
  ...policyOptions,
} as const satisfies OptionShapes;
