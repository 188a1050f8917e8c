/** What a program is linked to: the system components of WASI 0.2, each with what the policy names. */
import type { CommandContext } from "@vivarium/cli/command";
import type { Denial as CapabilityDenial, Policy } from "@vivarium/core/policy/policy";
import type { InstanceBuilder } from "../runtime/instance-builder.ts";
import { WasiClocks } from "../wasi/clocks.ts";
import { type Denial, WasiDenied } from "../wasi/denied.ts";
import { WasiEnvironment } from "../wasi/environment.ts";
import { WasiRandom } from "../wasi/random.ts";
import { WasiStdio } from "../wasi/stdio.ts";
import { capabilitiesOf } from "./capability-of.ts";
import { linkDirectories } from "./link-directories.ts";
import { DescriptorInput } from "./program-input.ts";
import type { ProgramOutput } from "./program-output.ts";

/** What a program was refused so far. */
export interface Refusals {
  /** The first that was an error or a trap. */
  denied: CapabilityDenial | undefined;
  /** It asked for its directories, and has none. */
  missedFiles: boolean;
}

export interface HostOptions {
  readonly context: CommandContext;
  readonly policy: Policy;
  /** With the name of the program first. */
  readonly args: readonly string[];
  readonly output: ProgramOutput;
}

/** Links them to the builder. @returns what fills while the program runs @throws E_RUN_DIRECTORY (66) */
export function linkHost(builder: InstanceBuilder, { context, policy, args, output }: HostOptions): Refusals {
  const refusals: Refusals = { denied: undefined, missedFiles: false };
  const told = new Set<string>();
  const onDenial = (denial: Denial): void => {
    if (denial.answer === "nothing") {
      refusals.missedFiles ||= denial.func === "get-directories";
      return;
    }
    const [capability] = capabilitiesOf(denial.interface);
    // A guest that asks for ever is told of once.
    if (capability === undefined || told.has(denial.interface)) return;
    told.add(denial.interface);
    refusals.denied ??= { capability, deniedBy: "caller" };
    context.report.emit("capability.denied", { capability, denied_by: "caller" });
  };
  builder
    .policy(policy)
    .linkSystem(new WasiDenied({ onDenial }))
    .linkSystem(new WasiClocks())
    .linkSystem(new WasiRandom())
    .linkSystem(new WasiEnvironment({ args, variables: variablesOf(context) }))
    .linkSystem(
      new WasiStdio({
        stdin: new DescriptorInput(0),
        stdout: (bytes) => output.write("stdout", bytes),
        stderr: (bytes) => output.write("stderr", bytes),
        terminals: terminalsOf(context),
      }),
    );
  linkDirectories(builder, policy, context.cwd);
  return refusals;
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
