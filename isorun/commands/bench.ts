/** `isorun bench`: the shape only. */
import type { Command } from "@vivarium/cli/command";
import { benchOptions } from "./bench-options.ts";

export const benchCommand: Command = {
  name: "bench",
  summary: "Time loading, instantiating and calling a component",
  usage: ["[OPTIONS] FILE"],
  examples: [
    { command: "isorun bench app.wasm", note: "Loading, with and without the store, and instantiating" },
    { command: "isorun bench math.wasm --invoke 'add(1, 2)'", note: "Calls of an export too" },
  ],
  options: benchOptions,
  positionals: { name: "FILE", min: 1, max: 1 },
  load: () => import("./bench-execute.ts"),
  detailSchema: async () => (await import("./bench-detail.ts")).benchDetail,
};
