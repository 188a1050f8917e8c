/**
 * Runs a program as a child, for `--format json` and `jsonl`: what it writes becomes `run.output` events.
 *
 * Text is cut at whole UTF-8 characters; bytes that are no UTF-8 go as base64. Each stream has a bound; what comes after
 * it is read and dropped, so that the program never blocks, and one `run.truncate` says so. Signals that end us go to
 * the program first, and we wait for it: its end is our end.
 */
import type { Report } from "@vivarium/core/report";
import type { Invocation } from "./invocation.ts";

export const outputBytesMaxDefault = 10 * 1024 * 1024;

export interface CapturedOptions {
  readonly invocation: Invocation;
  readonly variables: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly report: Report;
  /** Each stream's bound. */
  readonly outputBytesMax: number;
  /** Bytes for its standard input; the caller's own where absent. */
  readonly input?: Uint8Array;
}

export interface Ended {
  /** 128 + n where signal n ended it. */
  readonly exitCode: number;
  readonly signal?: string;
}

/** @throws an Error with the system's `code` where the program cannot be started */
export async function runCaptured(options: CapturedOptions): Promise<Ended> {
  const { invocation, variables, cwd, report, input, outputBytesMax } = options;
  const startedMs = performance.now();
  const child = Bun.spawn({
    cmd: [invocation.program, ...invocation.argv.slice(1)],
    argv0: invocation.argv[0] ?? invocation.program,
    env: variables,
    cwd,
    stdin: input ?? "inherit",
    stdout: "pipe",
    stderr: "pipe",
  });
  const stop = forwardSignals(child);
  const capture = (stream: "stdout" | "stderr") => emitOutput(child[stream], { stream, report, outputBytesMax });
  await Promise.all([capture("stdout"), capture("stderr"), child.exited]);
  stop();
  const ended = endOf(child);
  const signal = ended.signal === undefined ? {} : { signal: ended.signal };
  report.emit("run.exit", { exit_code: ended.exitCode, ...signal, duration_ms: performance.now() - startedMs });
  return ended;
}

const forwarded = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function forwardSignals(child: { kill: (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => void }): () => void {
  const handlers = forwarded.map((name) => ({ name, listener: () => child.kill(name) }));
  for (const { name, listener } of handlers) process.on(name, listener);
  return () => {
    for (const { name, listener } of handlers) process.off(name, listener);
  };
}

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

interface OutputScene {
  readonly stream: "stdout" | "stderr";
  readonly report: Report;
  readonly outputBytesMax: number;
}

async function emitOutput(source: ReadableStream<Uint8Array>, { stream, report, outputBytesMax }: OutputScene) {
  let left = outputBytesMax;
  let held = new Uint8Array();
  for await (const chunk of source) {
    if (left < 0) continue;
    const bytes = Buffer.concat([held, chunk.subarray(0, left)]);
    const whole = wholeCharacters(bytes);
    held = new Uint8Array(bytes.subarray(whole));
    emitBytes(bytes.subarray(0, whole), stream, report);
    left -= chunk.length;
    if (left >= 0) continue;
    report.emit("run.truncate", { stream, bytes_max: outputBytesMax });
  }
  emitBytes(held, stream, report);
}

function emitBytes(bytes: Uint8Array, stream: "stdout" | "stderr", report: Report): void {
  if (bytes.length === 0) return;
  const text = decode(bytes);
  if (text !== undefined) report.emit("run.output", { stream, encoding: "utf-8", data: text });
  else report.emit("run.output", { stream, encoding: "base64", data: Buffer.from(bytes).toString("base64") });
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The length without a character at the end that is not complete yet. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    const needs = byte >= 0xf8 ? 0 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
    if (needs > back) return bytes.length - back;
    if (needs > 0) break;
  }
  return bytes.length;
}
