/** PyBun's commands, in the order that help lists them. Shapes only: what does the work is loaded by the one called. */
import type { Program } from "@vivarium/cli/command";
import { schemaCommand } from "@vivarium/cli/schema-command";
import { cacheCommands } from "./cache.ts";
import { envCommands } from "./env.ts";
import { resolveCommand } from "./resolve.ts";
import { runCommand } from "./run.ts";

export const pybunProgram: Program = {
  name: "pybun",
  summary: "Installs, runs and tests Python.",
  commands: [runCommand, resolveCommand, ...envCommands, ...cacheCommands, schemaCommand],
  catalogue: async () => (await import("./catalogue.ts")).pybunCatalogue,
};
