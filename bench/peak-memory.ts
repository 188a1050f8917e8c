/**
 * Peak resident memory of a command and of the children that it waited for.
 *
 * Linux counts the memory of the process that spawns (vfork) as the child's first peak, so a child of Bun would never
 * show less than Bun has. A small Python stands between: nothing below its own 10 MB can be told apart.
 */
import { oraclePython } from "../tools/oracles.ts";
import type { CommandContender } from "./contender.ts";

const measure = `
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak if sys.platform == "darwin" else peak * 1024)
sys.exit(code)
`;

export async function peakMemoryBytes({ command, cwd, environment, prepare, name }: CommandContender): Promise<number> {
  const python = await oraclePython();
  prepare?.();
  const ran = Bun.spawnSync([python, "-I", "-S", "-c", measure, ...command], { cwd, env: environment });
  if (ran.exitCode !== 0) throw new Error(`${name} failed with ${ran.exitCode} while its memory was measured`);
  return Number(ran.stdout.toString());
}
