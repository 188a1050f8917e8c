/** Runs the command as its users do, in a process of its own, with a store of its own. */
import { join } from "node:path";
import { type Ended, runProcess } from "@vivarium/cli/testing/run-fixture";

const launcher = join(import.meta.dir, "..", "..", "..", "vivarium", "launch.ts");

export const isorunCommand = [process.execPath, "--no-env-file", "--config=/dev/null", launcher, "isorun"];

export interface Place {
  /** VIVARIUM_HOME. */
  readonly home: string;
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export function runIsorun(argv: readonly string[], { home, cwd, environment = {} }: Place): Promise<Ended> {
  return runProcess([...isorunCommand, ...argv], { cwd, environment: { VIVARIUM_HOME: home, ...environment } });
}
