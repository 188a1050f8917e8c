/**
 * One output stream of a child as `run.output` events.
 *
 * In: the bytes of the stream, in pieces of any size. Out: events that hold whole UTF-8 characters, or base64 where the
 * bytes are none; known secrets are masked, also where two writes share one: what may be the beginning of a secret waits
 * for what follows. Bytes are looked at as Latin-1, one character each, so that masking is the same for both encodings.
 *
 * The stream ends with the program, not with the last holder of the pipe: a daemon that the program left behind keeps
 * it open for as long as it lives. What the program wrote is in the pipe when it ends, so silence after that is the end.
 */
import { mask } from "@vivarium/core/redact";
import type { Report } from "@vivarium/core/report";

export type StreamName = "stdout" | "stderr";

export interface OutputScene {
  readonly stream: StreamName;
  readonly report: Report;
  /** What comes after it is read and dropped, so that the program never blocks; one `run.truncate` says so. */
  readonly outputBytesMax: number;
  /** Texts that must not be seen. */
  readonly secrets: readonly string[];
  /** Settles when the program has ended. */
  readonly exited: Promise<unknown>;
}

/** Resolves when all that the program wrote has been reported. */
export async function emitOutput(source: ReadableStream<Uint8Array>, scene: OutputScene): Promise<void> {
  const { stream, report, outputBytesMax } = scene;
  // The longest first: a secret may contain another.
  const secrets = scene.secrets.map((text) => Buffer.from(text).toString("latin1")).sort((a, b) => b.length - a.length);
  let left = outputBytesMax;
  let held = "";
  for await (const chunk of piecesUntilExit(source, scene.exited)) {
    if (left < 0) continue;
    const text = held + Buffer.from(chunk.subarray(0, left)).toString("latin1");
    left -= chunk.length;
    const whole = Math.min(wholeCharacters(text), settledLength(text, secrets));
    emitBytes(masked(text.slice(0, whole), secrets), stream, report);
    held = text.slice(whole);
    if (left >= 0) continue;
    held = "";
    report.emit("run.truncate", { stream, bytes_max: outputBytesMax });
  }
  emitBytes(masked(held, secrets), stream, report);
}

/** How long a pipe has to be silent after the program's end, and how long one is read at most that never is. */
const silenceMs = 100;
const drainMsMax = 1_000;

async function* piecesUntilExit(
  source: ReadableStream<Uint8Array>,
  exited: Promise<unknown>,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = source.getReader();
  let untilMs: number | undefined;
  let wake: (() => void) | undefined;
  void exited.then(() => {
    untilMs ??= performance.now() + drainMsMax;
    wake?.();
  });
  // Not a race with one promise of the end, which would hold every piece until then.
  const orEnd = <T>(next: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      wake = () => resolve(undefined);
      next.then(resolve, reject);
    });
  for (let next = reader.read(); ; ) {
    const isDraining = untilMs !== undefined;
    const found = await (isDraining ? orSilence(next) : orEnd(next));
    if (found === undefined && !isDraining) continue;
    if (found === undefined || found.done) break;
    yield found.value;
    if (untilMs !== undefined && performance.now() > untilMs) break;
    next = reader.read();
  }
  await reader.cancel();
}

/** Undefined when nothing came in time. */
async function orSilence<T>(next: Promise<T>): Promise<T | undefined> {
  const { promise: silence, resolve } = Promise.withResolvers<undefined>();
  // On a busy machine the time may be over before anybody looked at the pipe: one more turn of the loop does.
  const timer = setTimeout(() => setImmediate(() => resolve(undefined)), silenceMs);
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, mask), text);
}

/** The length without an end that may still grow into a secret, or from a secret into a longer one. */
function settledLength(text: string, secrets: readonly string[]): number {
  let settled = beginningOfSecret(text, secrets, 0);
  for (let place = 0; place < settled; ) {
    const [start, end] = nextSecret(text, secrets, place);
    if (start >= settled) break;
    if (end > settled) settled = beginningOfSecret(text, secrets, end);
    place = end;
  }
  return settled;
}

/** Where, not before `from`, the text ends with what a longer secret begins with; else the text's length. */
function beginningOfSecret(text: string, secrets: readonly string[], from: number): number {
  const longest = secrets[0]?.length ?? 1;
  for (let place = Math.max(from, text.length - longest + 1); place < text.length; place++) {
    const end = text.slice(place);
    if (secrets.some((secret) => secret.length > end.length && secret.startsWith(end))) return place;
  }
  return text.length;
}

/** The first secret from `place` on, the longest of those that begin there. */
function nextSecret(text: string, secrets: readonly string[], place: number): readonly [start: number, end: number] {
  let found: readonly [number, number] = [text.length, text.length];
  for (const secret of secrets) {
    const start = text.indexOf(secret, place);
    if (start >= 0 && start < found[0]) found = [start, start + secret.length];
  }
  return found;
}

function emitBytes(binary: string, stream: StreamName, report: Report): void {
  if (binary === "") return;
  const bytes = Buffer.from(binary, "latin1");
  const text = decode(bytes);
  if (text !== undefined) report.emit("run.output", { stream, encoding: "utf-8", data: text });
  else report.emit("run.output", { stream, encoding: "base64", data: bytes.toString("base64") });
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The length without a UTF-8 character at the end that is not complete yet. */
function wholeCharacters(binary: string): number {
  for (let back = 1; back <= Math.min(3, binary.length); back++) {
    const byte = binary.charCodeAt(binary.length - back);
    if (byte < 0x80) break;
    const needs = byte >= 0xf8 ? 0 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
    if (needs > back) return binary.length - back;
    if (needs > 0) break;
  }
  return binary.length;
}
