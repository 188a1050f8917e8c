/** Options of every command that reads a component. */
import type { OptionShapes } from "@vivarium/cli/command";

export const componentOptions = {
  "no-cache": { kind: "flag", summary: "Neither read nor write the store of compiled modules" },
} as const satisfies OptionShapes;

export const inspectOptions = {
  ...componentOptions,
  plan: { kind: "flag", summary: "Show what instantiating it will do, step by step" },
} as const satisfies OptionShapes;
