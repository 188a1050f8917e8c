/** What a program is linked to: the system components of WASI 0.2, each with what the policy names. */
import type { CommandContext } from "@vivarium/cli/command";
import type { Policy } from "@vivarium/core/policy/policy";
import type { InstanceBuilder } from "../runtime/instance-builder.ts";
import { WasiClocks } from "../wasi/clocks.ts";
import { WasiDenied } from "../wasi/denied.ts";
import { WasiEnvironment } from "../wasi/environment.ts";
import { WasiRandom } from "../wasi/random.ts";
import { WasiStdio } from "../wasi/stdio.ts";
import { linkDirectories } from "./link-directories.ts";
import type { ProgramOutput } from "./program-output.ts";
import { Refusals } from "./refusals.ts";

export interface HostOptions {
  readonly context: CommandContext;
  readonly policy: Policy;
  /** With the name of the program first. */
  readonly args: readonly string[];
  readonly output: Pick<ProgramOutput, "write">;
}

/** Links them to the builder. @returns what fills while the program runs @throws E_RUN_DIRECTORY (66) */
export function linkHost(builder: InstanceBuilder, { context, policy, args, output }: HostOptions): Refusals {
  const refusals = new Refusals({ report: context.report, policy, cwd: context.cwd });
  builder
    // What cannot be enforced was told, and refused unless `--best-effort` was given (run-execute.ts).
    .policy(engineBudget(policy), { bestEffort: true })
    .linkSystem(new WasiDenied({ onDenial: refusals.onDenial }))
    .linkSystem(new WasiClocks())
    .linkSystem(new WasiRandom())
    .linkSystem(new WasiEnvironment({ args, variables: variablesOf(context) }))
    .linkSystem(
      new WasiStdio({
        stdin: Bun.stdin.stream(),
        stdout: (bytes) => output.write("stdout", bytes),
        stderr: (bytes) => {
          for (let at = 0; at < bytes.length; at += readBytesMax) {
            const piece = bytes.subarray(at, at + readBytesMax);
            output.write("stderr", piece);
            refusals.sources.read(piece);
          }
        },
        terminals: terminalsOf(context),
      }),
    );
  const { onWriteRefused, onPathOut, onKernelPath, onLinkAcross, onAsked } = refusals;
  const told = { onWriteRefused, onPathOut, onKernelPath, onLinkAcross };
  linkDirectories(builder, { policy, cwd: context.cwd, told, onAsked });
  return refusals;
}

/** Of tracebacks, between two looks at the program's time, which writing takes. */
const readBytesMax = 64 << 10;

/** The output is counted where it is written, which tells where it was cut. */
export function engineBudget({ budget, ...policy }: Policy): Policy {
  const { maxOutputBytes: _, ...rest } = budget;
  return { ...policy, budget: rest };
}

/** The system component gives out those that the policy names. */
function variablesOf({ environment }: CommandContext): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

function terminalsOf({ format }: CommandContext): ("stdin" | "stdout" | "stderr")[] {
  if (format !== "text") return [];
  const { isatty } = process.getBuiltinModule("node:tty");
  return (["stdin", "stdout", "stderr"] as const).filter((_, descriptor) => isatty(descriptor));
}
