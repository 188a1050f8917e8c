/** Chooses the program by its name. Any name but ours gets the roof, so that a renamed executable still works. */

import type { Program } from "@vivarium/cli/command";
import { openHost } from "@vivarium/cli/host";
import { runProgram } from "@vivarium/cli/run-program";

/** Each is loaded only when it is the one that is called. */
const members: Readonly<Record<string, () => Promise<Program>>> = {
  isorun: async () => (await import("@vivarium/isorun/commands/index")).isorunProgram,
  pybun: async () => (await import("@vivarium/pybun/commands/index")).pybunProgram,
};

const isMember = (name: string | undefined): name is string => name !== undefined && Object.hasOwn(members, name);

/** `vivarium pybun ARGS` is `pybun ARGS`, and `vivarium help pybun ARGS` is `pybun help ARGS`. */
export async function runNamed(name: string, argv: readonly string[]): Promise<number> {
  const [first, second, ...others] = argv;
  if (!isMember(name) && first === "help" && isMember(second)) return runNamed(second, ["help", ...others]);
  const forwarded = !isMember(name) && isMember(first);
  const program = await loadProgram(forwarded ? first : name);
  return runProgram(program, forwarded ? argv.slice(1) : argv, openHost());
}

async function loadProgram(name: string): Promise<Program> {
  const load = isMember(name) ? members[name] : undefined;
  return load === undefined ? (await import("./program.ts")).vivariumProgram : load();
}
