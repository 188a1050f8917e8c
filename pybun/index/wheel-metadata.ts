/**
 * Reads METADATA out of a wheel without fetching the wheel: one request for the tail mostly suffices.
 *
 * A wheel that was read from its first byte to its last is compared with the announced hashes before anything of it is
 * looked at: damage is then told as what it is (whole-wheel.ts does so where not all of it is kept). Of a part nothing
 * can be compared; whoever installs the wheel does, and compares the METADATA too.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import type { indexDiagnostics } from "./diagnostics.ts";
import { assertHash } from "./hash-check.ts";
import type { IndexFile } from "./index-file.ts";
import { withLocalFile } from "./local-file.ts";
import type { TailReach } from "./tail-reach.ts";
import type { Transport } from "./transport.ts";
import { localParts, remoteParts, type WheelParts } from "./wheel-parts.ts";
import { readEntryAt, readMetadataFromTail, type Tail, type TailAnswer } from "./wheel-tail.ts";

const problem = problemsOf<typeof indexDiagnostics>();

const roundsMax = 6;

export interface WheelReading {
  readonly transport: Transport;
  readonly reach: TailReach;
  /** Told when all of the wheel came, and has the hashes that are announced for it. */
  readonly sawWhole: () => void;
  /** What of a wheel without ranges is held in memory; lowered by tests. */
  readonly keptBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The bytes of METADATA. Throws `E_INDEX_METADATA` for an archive without one, and `E_INDEX_HASH`. */
export function readWheelMetadata(file: IndexFile, reading: WheelReading): Promise<Uint8Array> {
  if (file.url.startsWith("file:"))
    return withLocalFile(file.url, (local) => readParts(file, localParts(local), reading));
  const { transport, sawWhole, keptBytes, signal } = reading;
  return readParts(file, remoteParts({ file, sawWhole, keptBytes }, transport, signal), reading);
}

async function readParts(file: IndexFile, parts: WheelParts, { reach, sawWhole }: WheelReading): Promise<Uint8Array> {
  const project = file.filename.split("-", 1)[0] ?? "";
  const guess = reach.guess(project);
  let tail = await parts.last(guess);
  for (let round = 0; round < roundsMax; round++) {
    // The first tail ends with the wheel, and those after it are longer.
    if (tail.offset === 0) {
      assertHash(tail.bytes, file.hashes, { file: file.filename, url: redactAddress(file.url) });
      sawWhole();
    }
    const answer = readMetadataFromTail(tail);
    if (answer.kind === "broken") throw malformed(file, answer.reason);
    if (answer.kind === "need") {
      tail = await extendTail(tail, answer.offset, { file, parts });
      continue;
    }
    reach.learn(project, tail.offset + tail.bytes.length - answer.offset);
    if (answer.kind === "found") return answer.bytes;
    // METADATA stands too far in front; the directory, at least, should be in the next wheel's tail.
    if (tail.bytes.length > guess) reach.learn(project, tail.bytes.length);
    const outcome = await readApart(answer, { file, parts });
    if (outcome instanceof Uint8Array) return outcome;
    tail = outcome;
  }
  throw malformed(file, "its central directory leads in circles");
}

const malformed = (file: IndexFile, reason: string): Error =>
  problem("E_INDEX_METADATA", { file: file.filename, reason });

interface Fetching {
  readonly file: IndexFile;
  readonly parts: WheelParts;
}

/** METADATA by itself; asked for twice where its local header is long. Or the whole wheel, where that came instead. */
async function readApart(
  first: Extract<TailAnswer, { kind: "apart" }>,
  { file, parts }: Fetching,
): Promise<Uint8Array | Tail> {
  let asked = first;
  for (let attempt = 0; attempt < 2; attempt++) {
    const part = await parts.part(asked.offset, asked.length);
    if (part.bytes.length > asked.length) return part;
    const answer = readEntryAt(part, asked.entry);
    if (answer.kind === "found") return answer.bytes;
    if (answer.kind === "broken") throw malformed(file, answer.reason);
    asked = answer;
  }
  throw malformed(file, "the local header of its METADATA is cut off");
}

async function extendTail(tail: Tail, offset: number, { file, parts }: Fetching): Promise<Tail> {
  if (offset >= tail.offset) throw malformed(file, "its central directory leads in circles");
  const more = await parts.part(offset, tail.offset - offset);
  if (more.bytes.length > tail.offset - offset) return more;
  return { offset, bytes: Buffer.concat([more.bytes, tail.bytes]) };
}
