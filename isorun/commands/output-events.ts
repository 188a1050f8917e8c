/**
 * What a program writes, as `run.output` events. It may write byte by byte, and an event takes a kilobyte of memory in an
 * envelope, and hundreds of bytes on a line: so what it writes to one stream is joined until there are 64 KiB of it, the
 * other stream has its turn, something else is told, or the end. Of jsonl, whose events somebody watches, it waits 20 ms at
 * most, unless the program computes where nobody counts its fuel.
 *
 * An event is text if all of it is. Where text and other bytes follow each other, what is held becomes an event once that
 * costs no more than its bytes: long text stays readable, and small writes are not cut for what they consist of.
 *
 * Each event counts against what is captured, as 512 bytes at least, so that who writes to both streams in turn is
 * limited too. An event of jsonl that comes after 20 ms without one counts as its bytes alone: nobody keeps it.
 */
import { isUtf8 } from "node:buffer";
import type { CommandContext } from "@vivarium/cli/command";
import type { Budget } from "@vivarium/core/budget/budget";
import { Problem } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";

export type StreamName = "stdout" | "stderr";

/** What is captured at most of a program that has no limit of its own; the rest of its output is dropped. */
export const capturedBytesMax = 10 << 20;

const heldBytesMax = 64 << 10;
const eventBytesMin = 512;
const waitMsMax = 20;

const nothing = new Uint8Array();

export interface OutputEventsOptions {
  readonly context: Pick<CommandContext, "format" | "report" | "signal">;
  /** More than is captured without it, if it grants more. */
  readonly budget: Pick<Budget, "maxOutputBytes">;
}

export class OutputEvents {
  readonly #report: Report;
  readonly #signal: AbortSignal;
  readonly #isLive: boolean;
  readonly #bytesMax: number;
  /** Of each stream, the beginning of a character that is not complete yet. */
  readonly #rest: Record<StreamName, Uint8Array> = { stdout: nothing, stderr: nothing };
  readonly #held = new Uint8Array(heldBytesMax);
  #heldBytes = 0;
  #stream: StreamName = "stdout";
  #isText = true;
  #left: number;
  #isCut = false;
  /** When there was an event last, by `performance.now()`. */
  #emittedMs = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Of an event that nobody was there to be told of it: whoever writes next is. */
  #failure: { readonly error: unknown } | undefined;
  readonly #onAbort = (): void => this.#flushAside();

  constructor({ context: { format, report, signal }, budget: { maxOutputBytes = 0 } }: OutputEventsOptions) {
    this.#report = report;
    this.#signal = signal;
    this.#isLive = format === "jsonl";
    this.#bytesMax = Math.max(maxOutputBytes, capturedBytesMax);
    this.#left = this.#bytesMax;
    // A command that is interrupted need not come to the program's end.
    signal.addEventListener("abort", this.#onAbort);
  }

  /** What else is told comes behind what was written before. */
  readonly report: Report = {
    emit: (kind, fields) => {
      this.#flush();
      this.#report.emit(kind, fields);
    },
    warn: (problem) => {
      this.#flush();
      this.#report.warn(problem);
    },
  };

  write(stream: StreamName, bytes: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    const kept = bytes.subarray(0, this.#left);
    this.#left -= kept.length;
    const joined = joinedBytes(this.#rest[stream], kept);
    const whole = wholeCharacters(joined);
    this.#rest[stream] = whole === joined.length ? nothing : joined.slice(whole);
    if (whole > 0) this.#put(stream, joined.subarray(0, whole));
    if (kept.length < bytes.length) this.truncate(stream, this.#bytesMax);
  }

  /** Tells, once, that the rest is dropped. */
  truncate(stream: StreamName, bytesMax: number): void {
    if (!this.#isCut) this.report.emit("run.truncate", { stream, bytes_max: bytesMax });
    this.#isCut = true;
  }

  /** To be called now and then while the program computes. */
  look(): void {
    if (this.#isLive && this.#isDue()) this.#flush();
  }

  /** Of characters that nothing came behind, the beginnings too. Nothing where it was called before. */
  end(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#flush();
    for (const stream of ["stdout", "stderr"] as const) {
      const bytes = this.#rest[stream];
      this.#rest[stream] = nothing;
      if (bytes.length > 0) this.#emit(stream, bytes, false);
    }
    const { error } = this.#failure ?? {};
    this.#failure = undefined;
    if (error instanceof Problem) throw error;
  }

  #put(stream: StreamName, bytes: Uint8Array): void {
    const isText = isUtf8(bytes);
    if (stream !== this.#stream || !this.#joins(bytes, isText)) this.#flush();
    this.#stream = stream;
    this.#isText = isText && (this.#isText || this.#heldBytes === 0);
    if (this.#heldBytes + bytes.length > heldBytesMax) {
      const joined = joinedBytes(this.#held.subarray(0, this.#heldBytes), bytes);
      this.#heldBytes = 0;
      this.#emit(stream, joined, this.#isText);
      return;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes += bytes.length;
    if (this.#signal.aborted || (this.#isLive && this.#isDue())) this.#flush();
    else if (this.#isLive) this.#timer ??= setTimeout(this.#onAbort, waitMsMax);
  }

  /** What is held costs as much as an event of its own only where there is enough of it. */
  #joins(bytes: Uint8Array, isText: boolean): boolean {
    if (this.#heldBytes < eventBytesMin) return true;
    return isText === this.#isText && this.#heldBytes + bytes.length <= heldBytesMax;
  }

  #isDue(): boolean {
    return performance.now() - this.#emittedMs >= waitMsMax;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#heldBytes === 0) return;
    const bytes = this.#held.subarray(0, this.#heldBytes);
    this.#heldBytes = 0;
    this.#emit(this.#stream, bytes, this.#isText);
  }

  #flushAside(): void {
    try {
      this.#flush();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #emit(stream: StreamName, bytes: Uint8Array, isText: boolean): void {
    const isFree = this.#isLive && this.#isDue();
    if (!isFree) this.#left = Math.max(this.#left - Math.max(eventBytesMin - bytes.length, 0), 0);
    this.#emittedMs = performance.now();
    const written = isText
      ? ({ encoding: "utf-8", data: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) } as const)
      : ({ encoding: "base64", data: bytes.toBase64() } as const);
    this.#report.emit("run.output", { stream, ...written });
  }
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
