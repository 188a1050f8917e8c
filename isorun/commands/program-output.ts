/**
 * Where the output of a program goes: to our own streams as it stands, or, with json and jsonl, into events. Counted
 * over both streams, against the budget.
 */
import { writeSync } from "node:fs";
import type { CommandContext } from "@vivarium/cli/command";
import type { cliDiagnostics } from "@vivarium/cli/diagnostics";
import { wasClosed } from "@vivarium/cli/host";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import { BudgetExhausted } from "../errors/errors.ts";
import { everySoOften } from "../runtime/every-so-often.ts";
import type { isorunDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof cliDiagnostics>();
const ownProblem = problemsOf<typeof isorunDiagnostics>();

type StreamName = "stdout" | "stderr";

export interface ProgramOutput {
  /** @throws BudgetExhausted, and E_OUTPUT_WRITE where it cannot be written, such as to a stdout that is closed */
  readonly write: (stream: StreamName, bytes: Uint8Array) => void;
  /**
   * Takes a piece of what the command itself tells of the program, which an envelope holds and stdout shows.
   * @throws BudgetExhausted, E_INVOKE_RESULT, and E_OUTPUT_WRITE where stdout is closed, which is no failure of a program
   */
  readonly tell: (piece: string) => void;
  /** On a terminal, ends a line that was begun, so that a diagnostic does not stand behind it. */
  readonly breakLine: () => void;
  /** Gives out the beginning of a character that nothing came behind. */
  readonly end: () => void;
}

export interface OutputOptions {
  readonly context: Pick<CommandContext, "format" | "out" | "report">;
  /** Of the budget, if it has one: who writes more is ended. */
  readonly bytesMax: number | undefined;
  /** Why the program has to end, if it has: asked now and then, for programs that do nothing else than write. */
  readonly interrupt?: () => Error | undefined;
}

/** What is captured at most of a program that has no limit of its own; the rest of its output is dropped. */
const capturedBytesMax = 10 << 20;

export function openProgramOutput({ context, bytesMax, interrupt = () => undefined }: OutputOptions): ProgramOutput {
  const captured = context.format === "text" ? undefined : openCapture(context.report);
  const requireLife = everySoOften(interrupt);
  const take = countingAgainst(bytesMax);
  const writeOut = openWriting(requireLife);
  let told = 0;
  let isLineBegun = false;
  const count = (bytes: Uint8Array): Counted => {
    requireLife();
    const counted = take(bytes);
    if (counted.fits.length > 0) isLineBegun = counted.fits.at(-1) !== lineEnd[0];
    return counted;
  };
  return {
    write: (stream, bytes) => {
      const { fits, spent } = count(bytes);
      if (captured === undefined) writeOut(stream, fits);
      else captured.write(stream, fits);
      if (spent === undefined) return;
      captured?.truncate(stream, Number(spent.limit));
      throw spent;
    },
    tell: (piece) => {
      const bytes = new TextEncoder().encode(piece);
      const { fits, spent } = count(bytes);
      told += bytes.length;
      // Of a value that was cut, what is printed ends with a whole character.
      context.out(spent === undefined ? piece : new TextDecoder().decode(fits, { stream: true }));
      if (spent !== undefined) throw spent;
      if (captured !== undefined && bytesMax === undefined && told > capturedBytesMax) {
        throw ownProblem("E_INVOKE_RESULT", { bytesMax: capturedBytesMax });
      }
    },
    breakLine: () => {
      if (isLineBegun && captured === undefined && areTerminals()) writeAll(2, { bytes: lineEnd, requireLife });
      isLineBegun = false;
    },
    end: () => captured?.end(),
  };
}

interface Counted {
  readonly fits: Uint8Array;
  /** Where not all of it does. */
  readonly spent?: BudgetExhausted;
}

function countingAgainst(bytesMax = Infinity): (bytes: Uint8Array) => Counted {
  let used = 0;
  return (bytes) => {
    used += bytes.length;
    if (used <= bytesMax) return { fits: bytes };
    const fits = bytes.subarray(0, Math.max(bytes.length - (used - bytesMax), 0));
    return { fits, spent: new BudgetExhausted({ field: "maxOutputBytes", limit: bytesMax, used }) };
  };
}

const lineEnd = Uint8Array.of(0x0a);

function areTerminals(): boolean {
  const { isatty } = process.getBuiltinModule("node:tty");
  return isatty(1) && isatty(2);
}

interface Capture {
  readonly write: (stream: StreamName, bytes: Uint8Array) => void;
  readonly truncate: (stream: StreamName, bytesMax: number) => void;
  readonly end: () => void;
}

function openCapture(report: Report): Capture {
  const rest: Record<StreamName, Uint8Array> = { stdout: new Uint8Array(), stderr: new Uint8Array() };
  let left = capturedBytesMax;
  let isCut = false;
  const truncate: Capture["truncate"] = (stream, bytesMax) => {
    if (!isCut) report.emit("run.truncate", { stream, bytes_max: bytesMax });
    isCut = true;
  };
  return {
    truncate,
    write: (stream, bytes) => {
      const kept = bytes.subarray(0, left);
      left -= kept.length;
      const joined = joinedBytes(rest[stream], kept);
      const whole = wholeCharacters(joined);
      rest[stream] = joined.slice(whole);
      emitBytes(joined.subarray(0, whole), stream, report);
      if (kept.length < bytes.length) truncate(stream, capturedBytesMax);
    },
    end: () => {
      for (const stream of ["stdout", "stderr"] as const) emitBytes(rest[stream], stream, report);
    },
  };
}

function joinedBytes(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (before.length === 0) return bytes;
  const joined = new Uint8Array(before.length + bytes.length);
  joined.set(before);
  joined.set(bytes, before.length);
  return joined;
}

/** The length without a character of UTF-8 at the end that is not complete yet. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    const needs = byte >= 0xf8 ? 0 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
    if (needs > back) return bytes.length - back;
    if (needs > 0) break;
  }
  return bytes.length;
}

function emitBytes(bytes: Uint8Array, stream: StreamName, report: Report): void {
  if (bytes.length === 0) return;
  try {
    const data = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    report.emit("run.output", { stream, encoding: "utf-8", data });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    report.emit("run.output", { stream, encoding: "base64", data: bytes.toBase64() });
  }
}

interface Writing {
  readonly bytes: Uint8Array;
  readonly requireLife: () => void;
}

/** What the runtime has opened in the place of a closed stdout takes everything, and keeps nothing: that is no success. */
function openWriting(requireLife: () => void): (stream: StreamName, bytes: Uint8Array) => void {
  let isClosed: boolean | undefined;
  return (stream, bytes) => {
    const descriptor = stream === "stdout" ? 1 : 2;
    if (descriptor === 1 && bytes.length > 0) {
      isClosed ??= wasClosed(descriptor);
      if (isClosed) throw problem("E_OUTPUT_WRITE", { reason: "EBADF" });
    }
    writeAll(descriptor, { bytes, requireLife });
  };
}

/** Synchronously, as often as it takes. Where the reader went away, the end is that of a SIGPIPE. */
function writeAll(descriptor: 1 | 2, { bytes, requireLife }: Writing): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EPIPE") process.exit(128 + 13);
      if (code === "EAGAIN") {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        requireLife();
      } else if (descriptor === 2 && typeof code === "string") {
        return; // Nobody is left to tell.
      } else {
        throw typeof code === "string" ? problem("E_OUTPUT_WRITE", { reason: code }, { cause: error }) : error;
      }
    }
  }
}
