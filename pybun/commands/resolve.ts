/** `pybun resolve`: the shape only. */
import type { Command } from "@vivarium/cli/command";
import { resolveOptions } from "./resolve-options.ts";

export const resolveCommand: Command = {
  name: "resolve",
  summary: "Print the pins of a set of requirements",
  usage: ["[OPTIONS] REQUIREMENT…", "[OPTIONS] -r FILE"],
  examples: [
    { command: 'pybun resolve "flask>=3"', note: "Pins for the Python that would run here" },
    {
      command: "pybun resolve -r requirements.in --hashes > requirements.txt",
      note: "A file that pip installs as it stands",
    },
    { command: "pybun resolve pandas --python-version 3.9 --platform windows", note: "Pins for another machine" },
  ],
  options: resolveOptions,
  positionals: { name: "REQUIREMENT", min: 0, max: Number.POSITIVE_INFINITY },
  load: () => import("./resolve-execute.ts"),
  detailSchema: async () => (await import("./resolve-detail.ts")).resolveDetail,
};
