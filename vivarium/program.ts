/** The commands of the roof itself. */
import type { Program } from "@vivarium/cli/program";

export const vivariumProgram: Program = {
  name: "vivarium",
  summary: "Runs code that you did not write. `vivarium pybun …` and `pybun …` are the same.",
  commands: [],
  catalogue: async () => ({}),
};
