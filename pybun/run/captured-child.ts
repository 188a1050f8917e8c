/**
 * Runs a program as a child, for `--format json` and `jsonl`: what it writes becomes `run.output` events
 * (captured-output.ts). Signals that could end us go to the program, and we wait for it: its end is our end. Once it has
 * ended, and where we wait for a reader who does not read, they end us.
 *
 * The runtime gives a child all signals at their defaults. Where our caller had some ignored (`nohup`), a shell stands
 * between, which ignores them and then becomes the program.
 */
import { Interruption, listenGuarded } from "@vivarium/cli/signals";
import { ignoredAmong } from "@vivarium/core/ignored-signals";
import { secretsOf } from "@vivarium/core/redact";
import type { Report } from "@vivarium/core/report";
import { emitOutput, type StreamName } from "./captured-output.ts";
import type { Invocation } from "./invocation.ts";

export const outputBytesMaxDefault = 10 * 1024 * 1024;

export interface CapturedOptions {
  readonly invocation: Invocation;
  readonly variables: Readonly<Record<string, string>>;
  readonly report: Report;
  /** Each stream's bound. */
  readonly outputBytesMax: number;
  /** Bytes for its standard input; the caller's own where absent. */
  readonly input?: Uint8Array;
  /** Those that our caller has handed down; the program finds them under the same numbers. */
  readonly descriptors: readonly number[];
}

export interface Ended {
  /** 128 + n where signal n ended it. */
  readonly exitCode: number;
  readonly signal?: string;
}

/** @throws Interruption, and an Error with the system's `code` where the program cannot be started */
export async function runCaptured(options: CapturedOptions): Promise<Ended> {
  const { invocation, variables, report, input, outputBytesMax, descriptors } = options;
  const startedMs = performance.now();
  const ignored = ignoredAmong(forwarded);
  // Not told where, it stays where we are: in a directory that was deleted or closed since, nobody can enter again.
  const child = Bun.spawn({
    ...commandOf(invocation, ignored),
    env: variables,
    stdio: [input ?? "inherit", "pipe", "pipe", ...atTheirPlaces(descriptors)],
  });
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const stop = forwardSignals(child, { ignored, reject });
  const { exited } = child;
  const secrets = secretsOf(variables);
  const capture = (stream: StreamName) =>
    emitOutput(child[stream], { stream, report, outputBytesMax, secrets, exited });
  await Promise.race([Promise.all([capture("stdout"), capture("stderr"), exited]), interrupted]).finally(stop);
  const ended = endOf(child);
  const signal = ended.signal === undefined ? {} : { signal: ended.signal };
  report.emit("run.exit", { exit_code: ended.exitCode, ...signal, duration_ms: performance.now() - startedMs });
  return ended;
}

/** What a child gets from its fourth descriptor on, by position: the gaps stay closed. */
function atTheirPlaces(descriptors: readonly number[]): (number | null)[] {
  const places = Array.from({ length: Math.max(0, (descriptors.at(-1) ?? 0) - 2) }, (): number | null => null);
  for (const descriptor of descriptors) places[descriptor - 3] = descriptor;
  return places;
}

/** All that end a process by default and that people and supervisors send. */
const others = ["SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
const forwarded = ["SIGINT", "SIGTERM", "SIGHUP", ...others] as const;
type Forwarded = (typeof forwarded)[number];

function commandOf({ program, argv }: Invocation, ignored: ReadonlySet<Forwarded>): { cmd: string[]; argv0: string } {
  if (ignored.size === 0) return { cmd: [program, ...argv.slice(1)], argv0: argv[0] ?? program };
  const names = [...ignored].map((name) => name.slice("SIG".length)).join(" ");
  return { cmd: ["/bin/sh", "-c", `trap '' ${names}; exec "$0" "$@"`, program, ...argv.slice(1)], argv0: "sh" };
}

interface Forwarding {
  readonly ignored: ReadonlySet<Forwarded>;
  readonly reject: (reason: Interruption) => void;
}

function forwardSignals(child: Child, { ignored, reject }: Forwarding): () => void {
  const hear = (name: Forwarded): void => child.kill(name);
  const { stop: stopEndings } = listenGuarded((name) =>
    hasEnded(child) ? reject(new Interruption(name)) : hear(name),
  );
  const handlers = others
    .filter((name) => !ignored.has(name))
    .map((name) => ({ name, listener: (): void => hear(name) }));
  for (const { name, listener } of handlers) process.on(name, listener);
  return () => {
    stopEndings();
    for (const { name, listener } of handlers) process.off(name, listener);
  };
}

interface Child extends ChildEnd {
  readonly kill: (signal: Forwarded) => void;
}

const hasEnded = ({ exitCode, signalCode }: ChildEnd): boolean => exitCode !== null || (signalCode ?? null) !== null;

/** How a child ended, as shells count. */
export function endOf({ exitCode, signalCode }: ChildEnd): Ended {
  if (signalCode === null || signalCode === undefined) return { exitCode: exitCode ?? 1 };
  const { signals } = process.getBuiltinModule("node:os").constants;
  const [name, number] = Object.entries(signals).find((entry) => entry.includes(signalCode)) ?? [`${signalCode}`, 0];
  return { exitCode: 128 + number, signal: name };
}

interface ChildEnd {
  readonly exitCode: number | null;
  /** The runtime gives the number of a signal that it has no name for. */
  readonly signalCode?: string | number | null;
}
