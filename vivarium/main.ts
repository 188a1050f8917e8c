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
  // A command takes some ten milliseconds, and what is compiled meanwhile comes too late; threads that compile hold up
  // the execve at its end besides. With this factor on the engine's thresholds, loops that are long are compiled still.
  Bun.unsafe.setJITPolicy(20);
  if (["--version", "-V"].includes(argv.join(" "))) await printVersion(name);
  // As runNamed does: `vivarium pybun ARGS` is `pybun ARGS`, by whatever name the roof is called.
  const words = name === "pybun" ? argv : argv[0] === "pybun" ? argv.slice(1) : [];
  const [first, second] = words;
  if (first === "run" && second?.endsWith(".py")) {
    // The warm path, for a script without options: does not return where it replaced this process by the interpreter.
    const { tryFastRun } = await import("@vivarium/pybun/run/fast-run");
    tryFastRun(words);
  }
  if (first === "env" && second === "create") {
    const { tryFastCreate } = await import("@vivarium/pybun/create/fast-create");
    if (await tryFastCreate(words)) process.exit(0);
  }
  const { runNamed } = await import("./run-named.ts");
  process.exit(await runNamed(name, argv));
}

/** The commonest question, answered without node:fs (1 ms). Where stdout fails, the long way tells how. */
async function printVersion(name: string): Promise<void> {
  const program = name === "pybun" || name === "isorun" ? name : "vivarium";
  const written = Bun.write(Bun.stdout, `${program} ${programVersion}\n`);
  if (
    await written.then(
      () => true,
      () => false,
    )
  )
    process.exit(0);
}
