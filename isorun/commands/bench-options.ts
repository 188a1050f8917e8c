import type { OptionShapes } from "@vivarium/cli/command";

export const benchOptions = {
  invoke: { kind: "value", value: "CALL", summary: "Time calls of this export too, such as 'add(1, 2)'" },
  rounds: { kind: "value", value: "N", summary: "How often each step is timed; 20 unless told" },
  "no-fuel": { kind: "flag", summary: "Count no instructions, as `run --no-fuel` does" },
} as const satisfies OptionShapes;
