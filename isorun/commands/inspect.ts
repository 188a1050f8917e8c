/** `isorun inspect`: the shape only. */
import type { Command } from "@vivarium/cli/command";
import { inspectOptions } from "./component-options.ts";

export const inspectCommand: Command = {
  name: "inspect",
  summary: "Show what a component imports and exports, what it would need, and what it costs to compile",
  usage: ["[OPTIONS] FILE"],
  examples: [
    { command: "isorun inspect app.wasm", note: "Its WIT, its sizes, and the capability that each import needs" },
    { command: "isorun inspect app.wasm --format json", note: "The same for a program" },
    { command: "isorun inspect app.wasm --plan", note: "What instantiating it will do, without doing it" },
  ],
  options: inspectOptions,
  positionals: { name: "FILE", min: 1, max: 1 },
  load: () => import("./inspect-execute.ts"),
  detailSchema: async () => (await import("./inspect-detail.ts")).inspectDetail,
};
