/**
 * The roof: one executable that acts by the name it is called by. Started by `launch.ts` from source, and by itself
 * when compiled (npm run build).
 *
 * This file and what it imports statically are on the path of every start; all else is loaded when it is needed. The
 * static imports are on an allow-list with a byte budget (tools/tidy).
 */
import { programVersion } from "@vivarium/core/version";

/** Runs the program called `name` and ends the process with its exit code. */
export async function main(name: string, argv: readonly string[]): Promise<never> {
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) await printVersion(name);
  // As runNamed does: `vivarium pybun ARGS` is `pybun ARGS`, by whatever name the roof is called.
  const words = name !== "pybun" && argv[0] === "pybun" ? argv.slice(1) : name === "pybun" ? argv : [];
  if (words[0] === "run" && words[1]?.endsWith(".py")) {
    // The warm path, for a script without options: does not return where it replaced this process by the interpreter.
    const { tryFastRun } = await import("@vivarium/pybun/run/fast-run");
    tryFastRun(words);
  }
  if (words[0] === "env" && words[1] === "create") {
    const { tryFastCreate } = await import("@vivarium/pybun/create/fast-create");
    if (await tryFastCreate(words)) process.exit(0);
  }
  const { runNamed } = await import("./run-named.ts");
  process.exit(await runNamed(name, argv));
}

/** The commonest question, answered without node:fs (1 ms). Where stdout fails, the long way tells how. */
async function printVersion(name: string): Promise<void> {
  const program = name === "pybun" ? name : "vivarium";
  const written = Bun.write(Bun.stdout, `${program} ${programVersion}\n`);
  if (
    await written.then(
      () => true,
      () => false,
    )
  )
    process.exit(0);
}
