/**
 * The contenders' process as an executable, built as the project's own is: bundled, with bytecode, so that a process
 * that is new parses nothing. Peers that are loaded by their path stay as their packages ship them.
 */
import { join } from "node:path";
import { programFlags } from "../../tools/build.ts";
import type { Program } from "./contender-process.ts";

/** @param scratch a directory, for more than 100 MB. Throws where the build fails, with what it said. */
export function buildContender(scratch: string): Program {
  const program = join(scratch, "contender");
  const entry = join(import.meta.dir, "contender-child.ts");
  const built = Bun.spawnSync([process.execPath, "build", ...programFlags, entry, "--outfile", program]);
  if (built.exitCode !== 0) throw new Error(`bun build failed:\n${built.stderr.toString()}${built.stdout.toString()}`);
  return [program];
}
