/** `pybun run`: the shape only. */
import type { Command } from "@vivarium/cli/command";
import { runOptions } from "../run/run-options.ts";

export const runCommand: Command = {
  name: "run",
  summary: "Run a script, a module, code or a command in the right environment",
  usage: [
    "[OPTIONS] FILE [ARGUMENT…]",
    "[OPTIONS] -m MODULE [ARGUMENT…]",
    "[OPTIONS] -c CODE [ARGUMENT…]",
    "[OPTIONS] - [ARGUMENT…]",
    "[OPTIONS] COMMAND [ARGUMENT…]",
  ],
  examples: [
    { command: "pybun run script.py --its-own option", note: "Its PEP 723 block says what it needs" },
    { command: 'pybun run --with "rich>=13" -m rich', note: "A module, with a package for this run" },
    { command: "pybun run --python 3.12 -c 'import sys; print(sys.version)'", note: "Another interpreter" },
    { command: "pybun run --explain script.py", note: "Which interpreter, which environment, and why" },
  ],
  options: runOptions,
  positionals: "any",
  stopAtFirstPositional: true,
  load: () => import("./run-execute.ts"),
  detailSchema: async () => (await import("./run-detail.ts")).runDetail,
};
