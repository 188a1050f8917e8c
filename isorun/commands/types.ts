/** `isorun types`: the shape only. */
import type { Command } from "@vivarium/cli/command";
import { componentOptions } from "./component-options.ts";

export const typesCommand: Command = {
  name: "types",
  summary: "Print TypeScript declarations of what a component imports and exports",
  usage: ["[OPTIONS] FILE"],
  examples: [
    { command: "isorun types math.wasm > math.d.ts", note: "What `instance.exports as Exports` takes and gives" },
  ],
  options: componentOptions,
  positionals: { name: "FILE", min: 1, max: 1 },
  load: () => import("./types-execute.ts"),
  detailSchema: async () => (await import("./types-detail.ts")).typesDetail,
};
