/**
 * Reads METADATA out of a wheel on a server without fetching the wheel: one request for the tail mostly suffices.
 *
 * Servers differ: most answer `Range: bytes=-N` with 206; some refuse suffix ranges (416, 501 or 400) but know
 * absolute ones; some ignore `Range` and send everything with 200. The last are read to the end only if the archive is
 * small enough; there is no other way to its directory.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { IndexFile } from "./index-file.ts";
import { withLocalFile } from "./local-file.ts";
import type { Answer, Transport } from "./transport.ts";
import { readEntryAt, readMetadataFromTail, type Tail, type TailAnswer } from "./wheel-tail.ts";

const problem = problemsOf<typeof indexDiagnostics>();

/** Holds directory and METADATA of nearly every wheel of fewer than a few hundred files. */
const firstTailBytes = 32 * 1024;
/** A server without ranges makes us fetch the wheel; beyond this a resolution should not. */
const wholeWheelBytesMax = 512 * 1024 * 1024;
const roundsMax = 6;

/** The bytes of METADATA. Throws `E_INDEX_METADATA` for an archive without one. */
export async function readWheelMetadata(
  file: IndexFile,
  transport: Transport,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (file.url.startsWith("file:")) return readLocalWheel(file);
  let tail = await fetchTail(file, transport, signal);
  for (let round = 0; round < roundsMax; round++) {
    const answer = readMetadataFromTail(tail);
    if (answer.kind === "found") return answer.bytes;
    if (answer.kind === "broken") throw problem("E_INDEX_METADATA", { file: file.filename, reason: answer.reason });
    if (answer.kind === "apart") return fetchApart(answer, { file, transport, signal });
    tail = await extendTail(tail, answer.offset, { file, transport, signal });
  }
  throw problem("E_INDEX_METADATA", { file: file.filename, reason: "its central directory leads in circles" });
}

type Apart = Extract<TailAnswer, { kind: "apart" }>;

/** METADATA from the part that was asked for, or what to ask for instead: once, when the local header is long. */
function readApart({ entry, offset }: Apart, part: Tail, file: IndexFile): Uint8Array | Apart {
  const answer = readEntryAt(part, entry);
  if (answer.kind === "found") return answer.bytes;
  if (answer.kind === "apart" && answer.offset === offset) return answer;
  const reason = answer.kind === "broken" ? answer.reason : "its METADATA is nowhere";
  throw problem("E_INDEX_METADATA", { file: file.filename, reason });
}

async function fetchApart(first: Apart, fetching: Fetching): Promise<Uint8Array> {
  const answer = readApart(first, await fetchPart(first, fetching), fetching.file);
  if (!("kind" in answer)) return answer;
  return wholeOf(readApart(answer, await fetchPart(answer, fetching), fetching.file), fetching.file);
}

function wholeOf(answer: Uint8Array | Apart, file: IndexFile): Uint8Array {
  if (!("kind" in answer)) return answer;
  throw problem("E_INDEX_METADATA", { file: file.filename, reason: "the local header of its METADATA is cut off" });
}

interface Fetching {
  readonly file: IndexFile;
  readonly transport: Transport;
  readonly signal: AbortSignal | undefined;
}

async function fetchPart({ offset, length }: Apart, { file, transport, signal }: Fetching): Promise<Tail> {
  const headers = (): Record<string, string> => ({
    range: `bytes=${offset}-${offset + length - 1}`,
    "accept-encoding": "identity",
  });
  const part = await transport.ask(file.url, { headers, answers: [206, ...rangeRefusals], signal }, (answer) =>
    tailOf(answer, file),
  );
  if (part?.offset === offset) return part;
  // A server that changed its mind about ranges has sent everything.
  if (part?.offset === 0) return { offset, bytes: part.bytes.subarray(offset, offset + length) };
  throw problem("E_INDEX_METADATA", { file: file.filename, reason: "the server sent another part than asked for" });
}

function readLocalWheel(file: IndexFile): Uint8Array {
  return withLocalFile(file.url, ({ size, read }) => {
    const readPart = ({ offset, length }: Apart): Tail => ({ offset, bytes: read(offset, length) });
    let offset = Math.max(0, size - firstTailBytes);
    for (let round = 0; round < roundsMax; round++) {
      const answer = readMetadataFromTail({ offset, bytes: read(offset, size - offset) });
      if (answer.kind === "found") return answer.bytes;
      if (answer.kind === "apart") {
        const first = readApart(answer, readPart(answer), file);
        return "kind" in first ? wholeOf(readApart(first, readPart(first), file), file) : first;
      }
      const reason = answer.kind === "broken" ? answer.reason : "its central directory leads in circles";
      if (answer.kind === "broken" || answer.offset >= offset)
        throw problem("E_INDEX_METADATA", { file: file.filename, reason });
      offset = answer.offset;
    }
    throw problem("E_INDEX_METADATA", { file: file.filename, reason: "its central directory leads in circles" });
  });
}

const rangeRefusals = [400, 405, 416, 501];

async function fetchTail(file: IndexFile, transport: Transport, signal?: AbortSignal): Promise<Tail> {
  const ask = (range: string): Promise<Tail | undefined> =>
    transport.ask(
      file.url,
      { headers: () => ({ range, "accept-encoding": "identity" }), answers: [206, ...rangeRefusals], signal },
      (answer) => tailOf(answer, file),
    );
  // An index that tells the size (PEP 700) spares us the suffix form, which fewer servers understand.
  const size = file.size;
  const first =
    size === undefined ? `bytes=-${firstTailBytes}` : `bytes=${Math.max(0, size - firstTailBytes)}-${size - 1}`;
  const tail = (await ask(first)) ?? (await askAbsolute(file, transport, { ask, signal }));
  if (tail === undefined)
    throw problem("E_INDEX_METADATA", { file: file.filename, reason: "the server refuses to send a part of it" });
  return tail;
}

/** Learns the size from a range of one byte, then asks for the end by number. */
async function askAbsolute(
  file: IndexFile,
  transport: Transport,
  { ask, signal }: { ask: (range: string) => Promise<Tail | undefined>; signal: AbortSignal | undefined },
): Promise<Tail | undefined> {
  const probe = {
    headers: () => ({ range: "bytes=0-0", "accept-encoding": "identity" }),
    answers: [206, ...rangeRefusals],
    signal,
  };
  const outcome = await transport.ask(file.url, probe, async (answer) =>
    answer.status === 206 ? totalOf(answer.headers) : answer.status === 200 ? tailOf(answer, file) : undefined,
  );
  if (typeof outcome !== "number") return outcome;
  return ask(`bytes=${Math.max(0, outcome - firstTailBytes)}-${outcome - 1}`);
}

/** `undefined`: the server refused the range. */
async function tailOf(answer: Answer, file: IndexFile): Promise<Tail | undefined> {
  if (answer.status === 200) return { offset: 0, bytes: await answer.body.all(file.size ?? wholeWheelBytesMax) };
  if (answer.status !== 206) return undefined;
  const start = /^bytes (\d+)-\d+\/(?:\d+|\*)$/.exec(answer.headers.get("content-range") ?? "")?.[1];
  if (start === undefined) return undefined;
  return { offset: Number(start), bytes: await answer.body.all(wholeWheelBytesMax) };
}

function totalOf(headers: Headers): number | undefined {
  const total = /\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1];
  return total === undefined ? undefined : Number(total);
}

async function extendTail(tail: Tail, offset: number, { file, transport, signal }: Fetching): Promise<Tail> {
  const broken = (reason: string): Error => problem("E_INDEX_METADATA", { file: file.filename, reason });
  if (offset >= tail.offset) throw broken("its central directory leads in circles");
  const headers = (): Record<string, string> => ({
    range: `bytes=${offset}-${tail.offset - 1}`,
    "accept-encoding": "identity",
  });
  const more = await transport.ask(file.url, { headers, answers: [206, ...rangeRefusals], signal }, (answer) =>
    tailOf(answer, file),
  );
  if (more === undefined) throw broken("the server refuses to send a part of it");
  if (more.offset === 0 && more.bytes.length > tail.offset) return more;
  if (more.offset !== offset || more.bytes.length !== tail.offset - offset)
    throw broken("the server sent another part than asked for");
  return { offset, bytes: Buffer.concat([more.bytes, tail.bytes]) };
}
