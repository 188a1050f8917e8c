/** Chooses the program by its name. Any name but ours gets the roof, so that a renamed executable still works. */

import type { Program } from "@vivarium/cli/command";
import { openHost } from "@vivarium/cli/host";
import { runProgram } from "@vivarium/cli/run-program";

/** `vivarium pybun ARGS` is `pybun ARGS`, and `vivarium help pybun ARGS` is `pybun help ARGS`. */
export async function runNamed(name: string, argv: readonly string[]): Promise<number> {
  if (name !== "pybun" && argv[0] === "help" && argv[1] === "pybun")
    return runNamed("pybun", ["help", ...argv.slice(2)]);
  const [first, ...rest] = argv;
  const forwarded = name !== "pybun" && first === "pybun";
  const program = await loadProgram(forwarded ? first : name);
  return runProgram(program, forwarded ? rest : argv, openHost());
}

async function loadProgram(name: string): Promise<Program> {
  if (name === "pybun") return (await import("@vivarium/pybun/commands/index")).pybunProgram;
  return (await import("./program.ts")).vivariumProgram;
}
