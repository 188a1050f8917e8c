/** PyBun's commands, in the order that help lists them. Shapes only: what does the work is loaded by the one called. */
import type { Program } from "@vivarium/cli/command";
import { schemaCommandOf } from "@vivarium/cli/schema-command";
import { cacheCommands } from "./cache.ts";
import { envCommands } from "./env.ts";
import { resolveCommand } from "./resolve.ts";
import { runCommand } from "./run.ts";

export const pybunProgram: Program = {
  name: "pybun",
  summary: "Installs and runs Python.",
  commands: [runCommand, resolveCommand, ...envCommands, ...cacheCommands, schemaCommandOf("pybun")],
  instead: (word) => (/\.py[wzc]?$|[\\/]/i.test(word) ? ["run", word] : undefined),
  catalogue: async () => (await import("./catalogue.ts")).pybunCatalogue,
};
