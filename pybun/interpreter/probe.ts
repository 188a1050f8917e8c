/**
 * Asks an interpreter about itself by running it once, isolated (`-I`: no PYTHON* variables, no current directory;
 * `-S`: no site, so that a broken site-packages does not matter). One that has no `-I` is older than 3.4, and asked once
 * more, only for its version.
 *
 * Three answers: facts, "too old" or "another implementation", or "broken" with a reason. A program that never
 * answers is killed after `timeoutMs`, with all that it started: it leads a session of its own.
 */
import { realpathSync, statSync } from "node:fs";
import type { Environment } from "@vivarium/core/paths";
import type { TagTarget } from "../versions/tags.ts";
import type { InterpreterFacts } from "./interpreter.ts";
import { probeScript } from "./probe-script.ts";

export type ProbeOutcome =
  | { readonly kind: "facts"; readonly facts: InterpreterFacts }
  | { readonly kind: "old"; readonly version: string }
  | { readonly kind: "other"; readonly implementation: string }
  | { readonly kind: "broken"; readonly reason: string };

export const probeTimeoutMsDefault = 20_000;

const answerBytesMax = 1 << 20;

/** Runs the program at `path`. `environment` is what the child sees. */
export function probeInterpreter(
  path: string,
  { environment, timeoutMs = probeTimeoutMsDefault }: { environment: Environment; timeoutMs?: number },
): ProbeOutcome {
  const answer = ask({ path, environment, timeoutMs });
  if (answer.kind === "broken") return answer;
  const line = answer.text.trimEnd().split("\n").at(-1) ?? "";
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return broken("it printed something else than what was asked");
    throw error;
  }
  return outcomeOf(value);
}

/** What an old interpreter is asked: `sys` is built in, so that nothing is imported from the current directory. */
const versionScript = 'import sys; print(\'{"version": "%d.%d.%d", "old": true}\' % sys.version_info[:3])';

type Told = { readonly kind: "said"; readonly text: string } | (ProbeOutcome & { readonly kind: "broken" });

interface Question {
  readonly path: string;
  readonly environment: Environment;
  readonly timeoutMs: number;
}

function ask(question: Question): Told {
  const told = run(question, ["-I", "-S", "-c", probeScript]);
  const isOlder = told.kind === "broken" && told.stderr?.startsWith("Unknown option: -I") === true;
  return isOlder ? run(question, ["-E", "-S", "-c", versionScript]) : told;
}

function run({ path, environment, timeoutMs }: Question, arguments_: readonly string[]): Told & { stderr?: string } {
  try {
    const child = Bun.spawnSync({
      cmd: [path, ...arguments_],
      // SYSTEM_VERSION_COMPAT=0 keeps macOS from calling itself 10.16 to old binaries.
      env: { ...environment, SYSTEM_VERSION_COMPAT: "0", BUN_OPTIONS: undefined, BUN_BE_BUN: undefined },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      detached: true,
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      maxBuffer: answerBytesMax,
    });
    if (child.exitedDueToTimeout === true) {
      endGroup(child.pid);
      return broken(`it did not answer within ${timeoutMs / 1000} s`);
    }
    if (child.exitCode === 0) return { kind: "said", text: child.stdout.toString() };
    const stderr = child.stderr.toString();
    return { ...broken(`it ended with ${endOf(child)}${lastLine(stderr)}`), stderr };
  } catch (error) {
    // posix_spawn's refusals: not a program, or one for another machine.
    if (error instanceof Error && "code" in error) return broken(`it cannot be started (${String(error.code)})`);
    throw error;
  }
}

/** The leader is gone, but while anybody is left in its group the system gives the number to nobody else. */
function endGroup(leader: number): void {
  if (process.platform === "win32") return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function endOf(child: { readonly exitCode: number | null; readonly signalCode?: string | number | null }): string {
  return child.signalCode === undefined || child.signalCode === null
    ? `exit code ${child.exitCode}`
    : `signal ${child.signalCode}`;
}

function lastLine(stderr: string): string {
  const line = stderr.trimEnd().split("\n").at(-1) ?? "";
  return line === "" ? "" : `: ${line.slice(0, 200)}`;
}

function broken(reason: string) {
  return { kind: "broken", reason } as const;
}

/** The JSON that probe-script.ts prints for CPython 3.9 and newer. */
interface Answer {
  readonly version: string;
  readonly implementation: string;
  readonly executable: string;
  readonly soabi: string;
  readonly cache_tag: string;
  readonly free_threaded: boolean;
  readonly debug: boolean;
  readonly base_prefix: string;
  readonly stdlib: string;
  readonly scheme: InterpreterFacts["scheme"];
  readonly target: TagTarget["platform"] | null;
  readonly markers: InterpreterFacts["markers"];
}

function outcomeOf(value: unknown): ProbeOutcome {
  if (typeof value !== "object" || value === null || !("version" in value) || typeof value.version !== "string") {
    return broken("it printed something else than what was asked");
  }
  if ("old" in value) return { kind: "old", version: value.version };
  // A program that prints our keys for this very script is the script's own output; its shape is ours.
  const answer = value as Answer;
  if (answer.implementation !== "cpython") return { kind: "other", implementation: answer.implementation };
  if (answer.target === null) return broken("its platform has no wheel tags that are known");
  return { kind: "facts", facts: factsOf(answer, answer.target) };
}

function factsOf(answer: Answer, platform: TagTarget["platform"]): InterpreterFacts {
  const realPath = realpathSync(answer.executable);
  const status = statSync(realPath);
  const [major = 3, minor = 0] = answer.version.split(".").map((part) => Number.parseInt(part, 10));
  return {
    realPath,
    size: status.size,
    mtimeMs: status.mtimeMs,
    version: answer.version,
    implementation: "cpython",
    abi: {
      soabi: answer.soabi,
      cacheTag: answer.cache_tag,
      freeThreaded: answer.free_threaded,
      debug: answer.debug,
    },
    markers: answer.markers,
    tagTarget: {
      implementation: "cpython",
      python: [major, minor],
      freeThreaded: answer.free_threaded,
      platform,
    },
    basePrefix: answer.base_prefix,
    stdlib: answer.stdlib,
    scheme: answer.scheme,
  };
}
