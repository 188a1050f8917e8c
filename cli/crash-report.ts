/**
 * The file that our own bugs leave behind (exit 70): what was run, where it failed, on what. Redacted, so that it can be
 * attached to an issue as it is. It goes into the cache directory, or the system's temporary one where that cannot be
 * written.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "@vivarium/core/diagnostic";
import { placesOf } from "@vivarium/core/paths";
import { programVersion } from "@vivarium/core/version";
import type { Host } from "./host.ts";

export interface Crash {
  readonly command: string;
  readonly argv: readonly string[];
  readonly error: unknown;
  readonly timeMs: number;
  readonly redactText: (text: string) => string;
}

/** The path of the report, or undefined where neither directory can be written. */
export function writeCrashReport(crash: Crash, host: Host): string | undefined {
  const text = crash.redactText(formatCrash(crash, host));
  const name = `crash-${new Date(crash.timeMs).toISOString().replaceAll(/[:.]/g, "-")}-${process.pid}.txt`;
  for (const directory of [...reportPlaces(host), tmpdir()]) {
    try {
      mkdirSync(directory, { recursive: true });
      const path = join(directory, name);
      // 0600 and never through an existing name: the temporary directory is everybody's.
      writeFileSync(path, text, { mode: 0o600, flag: "wx" });
      return path;
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error; // The disk said no: try the next place.
    }
  }
  return undefined;
}

/** None where VIVARIUM_HOME cannot be used, which is no reason to lose the report. */
function reportPlaces({ platform, environment, home }: Host): string[] {
  try {
    return [join(placesOf(platform, environment, home).cache, "reports")];
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

function formatCrash({ command, argv, error, timeMs }: Crash, { platform, cwd }: Host): string {
  return [
    `vivarium ${programVersion}, Bun ${Bun.version}, ${platform} ${process.arch}`,
    `time: ${new Date(timeMs).toISOString()}`,
    `command: ${command}`,
    `arguments: ${JSON.stringify(argv)}`,
    `directory: ${cwd}`,
    "",
    describeError(error),
    "",
  ].join("\n");
}

/** The stack, and those of its causes. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\ncaused by: ${describeError(error.cause)}`;
}
