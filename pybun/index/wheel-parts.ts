/**
 * Parts of a wheel, from a server or from this machine.
 *
 * Servers differ: most answer `Range: bytes=-N` with 206; some refuse suffix ranges (416, 501 or 400) but know
 * absolute ones; some ignore `Range` and send everything with 200; some send less than was asked for, or know ranges
 * of one part of a file only. Whatever is not the part that was asked for leads to the whole wheel, without a range: a
 * server's trouble with ranges says nothing about the archive.
 */
import type { IndexFile } from "./index-file.ts";
import type { LocalFile } from "./local-file.ts";
import type { Answer, Transport } from "./transport.ts";
import type { Tail } from "./wheel-tail.ts";

/** Each may answer with the whole wheel instead. */
export interface WheelParts {
  /** The last bytes, the wheel's very last among them. */
  readonly last: (bytes: number) => Promise<Tail>;
  readonly part: (offset: number, bytes: number) => Promise<Tail>;
}

/** Beyond this a resolution should not fetch a wheel for want of ranges. */
const wholeWheelBytesMax = 512 * 1024 * 1024;
const rangeRefusals = [400, 405, 416, 501];

/** Throws what the transport throws. */
export function remoteParts(file: IndexFile, transport: Transport, signal?: AbortSignal): WheelParts {
  const ask = <T>(range: string, use: (answer: Answer) => Promise<T>): Promise<T> => {
    const headers = (): Record<string, string> => ({ range, "accept-encoding": "identity" });
    return transport.ask(file.url, { headers, answers: [206, ...rangeRefusals], signal }, use);
  };
  const bytesMax = file.size ?? wholeWheelBytesMax;
  const askPart = (range: string): Promise<Part | undefined> => ask(range, (answer) => partOf(answer, bytesMax));
  const whole = (): Promise<Tail> =>
    transport.ask(file.url, { headers: () => ({ "accept-encoding": "identity" }), signal }, async ({ body }) => ({
      offset: 0,
      bytes: await body.all(bytesMax),
    }));
  const lastOf = (size: number, bytes: number): Promise<Part | undefined> =>
    askPart(`bytes=${Math.max(0, size - bytes)}-${size - 1}`);
  return {
    async last(bytes) {
      // An index that tells the size (PEP 700) spares us the suffix form, which fewer servers understand.
      const first = await (file.size === undefined ? askPart(`bytes=-${bytes}`) : lastOf(file.size, bytes));
      if (first !== undefined) return reachesEnd(first) ? first : whole();
      // Learns the size from a range of one byte, then asks for the end by number.
      const size = await ask("bytes=0-0", async ({ status, headers }) =>
        status === 206 ? totalOf(headers) : undefined,
      );
      const second = size === undefined ? undefined : await lastOf(size, bytes);
      return second !== undefined && reachesEnd(second) ? second : whole();
    },
    async part(offset, bytes) {
      const part = await askPart(`bytes=${offset}-${offset + bytes - 1}`);
      if (part?.isWhole === true) return part;
      return part?.offset === offset && part.bytes.length === bytes ? part : whole();
    },
  };
}

export function localParts({ size, read }: LocalFile): WheelParts {
  const part = (offset: number, bytes: number): Promise<Tail> =>
    Promise.resolve({ offset, bytes: read(offset, bytes) });
  return {
    last(bytes) {
      const offset = Math.max(0, size - bytes);
      return part(offset, size - offset);
    },
    part,
  };
}

interface Part extends Tail {
  readonly isWhole: boolean;
  /** Bytes of the wheel, where the server tells. */
  readonly total: number | undefined;
}

const reachesEnd = ({ offset, bytes, total }: Part): boolean => total === undefined || offset + bytes.length === total;

/** `undefined`: the server refused the range. */
async function partOf({ status, headers, body }: Answer, bytesMax: number): Promise<Part | undefined> {
  if (status === 200) return { offset: 0, bytes: await body.all(bytesMax), isWhole: true, total: undefined };
  const start = /^bytes (\d+)-\d+\/(?:\d+|\*)$/.exec(headers.get("content-range") ?? "")?.[1];
  if (status !== 206 || start === undefined) return undefined;
  return { offset: Number(start), bytes: await body.all(bytesMax), isWhole: false, total: totalOf(headers) };
}

function totalOf(headers: Headers): number | undefined {
  const total = /\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1];
  return total === undefined ? undefined : Number(total);
}
