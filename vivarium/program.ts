/** The commands of the roof itself. */
import type { Program } from "@vivarium/cli/command";
import { schemaCommandOf } from "@vivarium/cli/schema-command";

export const vivariumProgram: Program = {
  name: "vivarium",
  summary: "Runs code that you did not write. `vivarium pybun …` and `pybun …` are the same, and so for isorun.",
  commands: [schemaCommandOf("vivarium")],
  catalogue: async () => ({}),
  members: async () => [
    (await import("@vivarium/isorun/commands/index")).isorunProgram,
    (await import("@vivarium/pybun/commands/index")).pybunProgram,
  ],
};
