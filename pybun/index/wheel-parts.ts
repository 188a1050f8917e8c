/**
 * Parts of a wheel, from a server or from this machine.
 *
 * Servers differ: most answer `Range: bytes=-N` with 206; some refuse suffix ranges (416, 501 or 400) but know
 * absolute ones; some ignore `Range` and send everything with 200; some send less than was asked for, or know ranges
 * of one part of a file only. Whatever is not the part that was asked for leads to the whole wheel, without a range: a
 * server's trouble with ranges says nothing about the archive.
 */
import type { Body } from "./body.ts";
import type { LocalFile } from "./local-file.ts";
import type { Answer, Transport } from "./transport.ts";
import type { Tail } from "./wheel-tail.ts";
import { receiveEnd, receivePart, type WholeWheel } from "./whole-wheel.ts";

/** Each may answer with the whole wheel instead, `last` also with more of its end than was asked for. */
export interface WheelParts {
  /** The last bytes, the wheel's very last among them. */
  readonly last: (bytes: number) => Promise<Tail>;
  readonly part: (offset: number, bytes: number) => Promise<Tail>;
}

/** What is sent as a part is held in memory; a server that sends more lies. */
const partBytesMax = 512 * 1024 * 1024;
const rangeRefusals = [400, 405, 416, 501];

/** Throws what the transport throws. */
export function remoteParts(wheel: WholeWheel, transport: Transport, signal?: AbortSignal): WheelParts {
  const { file } = wheel;
  const ask = <T>(range: string, use: (answer: Answer) => Promise<T>): Promise<T> => {
    const headers = (): Record<string, string> => ({ range, "accept-encoding": "identity" });
    return transport.ask(file.url, { headers, answers: [206, ...rangeRefusals], signal }, use);
  };
  const bytesMax = file.size ?? partBytesMax;
  type Receive = (body: Body) => Promise<Tail>;
  const askPart = (range: string, receive: Receive): Promise<Part | undefined> =>
    ask(range, async (answer) =>
      answer.status === 200
        ? { ...(await receive(answer.body)), isWhole: true, total: undefined }
        : partOf(answer, bytesMax),
    );
  const whole = (receive: Receive): Promise<Tail> =>
    transport.ask(file.url, { headers: () => ({ "accept-encoding": "identity" }), signal }, ({ body }) =>
      receive(body),
    );
  const end: Receive = (body) => receiveEnd(body, wheel);
  const lastOf = (size: number, bytes: number): Promise<Part | undefined> =>
    askPart(`bytes=${Math.max(0, size - bytes)}-${size - 1}`, end);
  return {
    async last(bytes) {
      // An index that tells the size (PEP 700) spares us the suffix form, which fewer servers understand.
      const first = await (file.size === undefined ? askPart(`bytes=-${bytes}`, end) : lastOf(file.size, bytes));
      if (first !== undefined) return reachesEnd(first) ? first : whole(end);
      // Learns the size from a range of one byte, then asks for the end by number.
      const size = await ask("bytes=0-0", async ({ status, headers }) =>
        status === 206 ? totalOf(headers) : undefined,
      );
      const second = size === undefined ? undefined : await lastOf(size, bytes);
      return second !== undefined && reachesEnd(second) ? second : whole(end);
    },
    async part(offset, bytes) {
      const receive: Receive = (body) => receivePart(body, wheel, { offset, bytes });
      const part = await askPart(`bytes=${offset}-${offset + bytes - 1}`, receive);
      if (part?.isWhole === true) return part;
      return part?.offset === offset && part.bytes.length === bytes ? part : whole(receive);
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
  const start = /^bytes (\d+)-\d+\/(?:\d+|\*)$/.exec(headers.get("content-range") ?? "")?.[1];
  if (status !== 206 || start === undefined) return undefined;
  return { offset: Number(start), bytes: await body.all(bytesMax), isWhole: false, total: totalOf(headers) };
}

function totalOf(headers: Headers): number | undefined {
  const total = /\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1];
  return total === undefined ? undefined : Number(total);
}
