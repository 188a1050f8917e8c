/**
 * The roof: one executable that acts by the name it is called by. Started by `launch.ts` from source, and by itself
 * when compiled (npm run build).
 *
 * This file and what it imports statically are on the path of every start; all else is loaded when it is needed. The
 * static imports are on an allow-list with a byte budget (tools/tidy).
 */
import { writeSync } from "node:fs";
import { programVersion } from "@vivarium/core/version";

/** Runs the program called `name` and ends the process with its exit code. */
export async function main(name: string, argv: readonly string[]): Promise<never> {
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    writeSync(1, `${name} ${programVersion}\n`);
    process.exit(0);
  }
  const { runNamed } = await import("./run-named.ts");
  process.exit(await runNamed(name, argv));
}
