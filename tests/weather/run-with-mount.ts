import { expect } from "bun:test";
import { type RunOptions, type RunResult, runProgram } from "../run/run-scene.ts";

/** Root writes where the mode says no: the kernel's own "read-only" needs a mount, in a namespace of its own. */
const inNamespace = (command: string): readonly string[] => [
  "unshare",
  "--mount",
  ...(process.getuid?.() === 0 ? [] : ["--map-root-user"]),
  "/bin/sh",
  "-ec",
  command,
];

const remedy = "a mount namespace is needed: run as root, or sysctl -w kernel.unprivileged_userns_clone=1";

/** Runs a shell's command after one that mounts something, which nobody else sees and which goes with the command. */
export async function runWithMount(mount: string, command: string, options: RunOptions): Promise<RunResult> {
  const result = await runProgram(inNamespace(`${mount}; echo mounted >&2; ${command}`), options);
  expect(result.stderr.startsWith("mounted\n"), `${remedy}\n${result.stderr}`).toBe(true);
  return { ...result, stderr: result.stderr.slice("mounted\n".length) };
}
