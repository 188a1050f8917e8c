/** `isorun run`: the shape only. */
import type { Command } from "@vivarium/cli/command";
import { runOptions } from "./run-options.ts";

export const runCommand: Command = {
  name: "run",
  summary: "Run a component with what its policy names, and nothing else",
  usage: ["[OPTIONS] FILE [OPTIONS] [--] [ARGUMENT…]", "[OPTIONS] FILE --invoke CALL"],
  examples: [
    { command: "isorun run app.wasm", note: "Runs wasi:cli/run: no files, no variables, no network" },
    {
      command: "isorun run app.wasm --allow-read=./data --fuel 1000000 --memory 64MiB",
      note: "A directory and a budget",
    },
    {
      command: "isorun run math.wasm --invoke 'add(1, 2)'",
      note: "Calls an export and prints what it returns, in WAVE",
    },
    { command: "isorun run app.wasm -- --verbose --memory 3", note: "Behind `--` all words are the program's own" },
  ],
  options: runOptions,
  positionals: { name: "FILE", min: 1, max: Infinity },
  load: () => import("./run-execute.ts"),
  detailSchema: async () => (await import("./run-detail.ts")).runDetail,
};
