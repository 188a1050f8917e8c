/** Isorun's commands, in the order that help lists them. Shapes only: what does the work is loaded by the one called. */
import type { Program } from "@vivarium/cli/command";
import { schemaCommandOf } from "@vivarium/cli/schema-command";
import { benchCommand } from "./bench.ts";
import { inspectCommand } from "./inspect.ts";
import { runCommand } from "./run.ts";
import { typesCommand } from "./types.ts";

export const isorunProgram: Program = {
  name: "isorun",
  summary: "Runs WebAssembly components that can do only what they were given.",
  commands: [runCommand, inspectCommand, typesCommand, benchCommand, schemaCommandOf("isorun")],
  instead: (word) => (/\.wasm$/i.test(word) ? ["run", word] : undefined),
  catalogue: async () => (await import("./catalogue.ts")).isorunCatalogue,
};
