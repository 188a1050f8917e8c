/**
 * Asks an interpreter about itself by running it once, isolated (`-I`: no PYTHON* variables, no current directory;
 * `-S`: no site, so that a broken site-packages does not matter). One that has no `-I` is older than 3.4, and asked once
 * more, only for its version.
 *
 * Three answers: facts, "too old" or "another implementation", or "broken" with a reason. A program that never
 * answers is killed after `timeoutMs`, with all that it started.
 */
import { realpathSync, statSync } from "node:fs";
import type { Environment } from "@vivarium/core/paths";
import type { TagTarget } from "../versions/tags.ts";
import type { InterpreterFacts } from "./interpreter.ts";
import { probeScript } from "./probe-script.ts";
import { endOfChild, type ShortChild, type ShortEnd } from "./short-child.ts";

export type ProbeOutcome =
  | { readonly kind: "facts"; readonly facts: InterpreterFacts }
  | { readonly kind: "old"; readonly version: string }
  | { readonly kind: "other"; readonly implementation: string }
  | { readonly kind: "broken"; readonly reason: string };

const probeTimeoutMsDefault = 20_000;

export interface ProbeOptions {
  /** What the child sees. */
  readonly environment: Environment;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Runs the program at `path`. @throws the signal's reason */
export async function probeInterpreter(path: string, options: ProbeOptions): Promise<ProbeOutcome> {
  const asking = ask();
  let step = asking.next();
  while (step.done !== true) step = asking.next(await endOfChild(childOf(path, step.value, options)));
  return step.value;
}

function childOf(path: string, words: readonly string[], options: ProbeOptions): ShortChild {
  const { environment, timeoutMs = probeTimeoutMsDefault, signal } = options;
  // SYSTEM_VERSION_COMPAT=0 keeps macOS from calling itself 10.16 to old binaries.
  const env = { ...environment, SYSTEM_VERSION_COMPAT: "0", BUN_OPTIONS: undefined, BUN_BE_BUN: undefined };
  return { cmd: [path, ...words], env, timeoutMs, signal };
}

/** What an old interpreter is asked: `sys` is built in, so that nothing is imported from the current directory. */
const versionScript = 'import sys; print(\'{"version": "%d.%d.%d", "old": true}\' % sys.version_info[:3])';

/** Yields the arguments of each start of the program, and is given how that ended. */
function* ask(): Generator<readonly string[], ProbeOutcome, ShortEnd> {
  const end = yield ["-I", "-S", "-c", probeScript];
  const isOlder = end.kind === "failed" && end.stderr.startsWith("Unknown option: -I");
  return outcomeOf(isOlder ? yield ["-E", "-S", "-c", versionScript] : end);
}

function outcomeOf(end: ShortEnd): ProbeOutcome {
  switch (end.kind) {
    case "late":
      return broken(`it did not answer within ${end.timeoutMs / 1000} s`);
    case "refused":
      return broken(`it cannot be started (${end.code})`);
    case "failed":
      return broken(`it ended with ${end.with}${lastLine(end.stderr)}`);
    case "said":
      return outcomeOfText(end.stdout);
  }
}

function outcomeOfText(text: string): ProbeOutcome {
  try {
    const value: unknown = JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");
    return outcomeOfValue(value);
  } catch (error) {
    if (error instanceof SyntaxError) return broken("it printed something else than what was asked");
    throw error;
  }
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

function outcomeOfValue(value: unknown): ProbeOutcome {
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
