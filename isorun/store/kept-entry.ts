/** One entry of the store as a file: where it is, and the head by which damage is seen. */
import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../core/diagnostic.ts";
import { errnoOf } from "../../core/store/io-problem.ts";
import { readSmallBytes, regularFileStatus } from "../../core/store/small-file.ts";
import type { StoreKey } from "../../core/store.ts";
import { crc32Of } from "./checksums.ts";

/** Within the directory of an entry. */
export const fileName = "kept";
const headBytes = 8;

/** What an entry has, or whether something else stands in its place. */
export function readEntry(root: string, { kind, key }: StoreKey): Uint8Array | "absent" | "damaged" {
  const path = join(root, kind, key, fileName);
  if (hasAnotherSize(path)) return "damaged";
  const reading = readSmallBytes(path);
  if (reading.kind === "absent") return "absent";
  return (reading.kind === "whole" ? contentsOf(reading.value, key) : undefined) ?? "damaged";
}

/** Than its head says, if it is a file: damage may be of any size, and is not read. */
function hasAnotherSize(path: string): boolean {
  const status = regularFileStatus(path);
  if (status === undefined) return false;
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const head = new DataView(new ArrayBuffer(headBytes));
    return readSync(descriptor, head) < headBytes || status.size !== headBytes + head.getUint32(0, true);
  } finally {
    closeSync(descriptor);
  }
}

function contentsOf(bytes: Uint8Array, key: string): Uint8Array | undefined {
  if (bytes.length < headBytes) return undefined;
  const head = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
  const contents = bytes.subarray(headBytes);
  const isWhole = head.getUint32(0, true) === contents.length && head.getUint32(4, true) === sumOf(contents, key);
  return isWhole ? contents : undefined;
}

/** Of the name as well: what belongs to another name, whole as it is, and zeros, which are the sum of nothing, are damage. */
const sumOf = (contents: Uint8Array, key: string): number => crc32Of(contents, crc32Of(new TextEncoder().encode(key)));

/** With its length and a CRC-32 in front. */
export function sealed(contents: Uint8Array, key: string): Uint8Array {
  const whole = new Uint8Array(headBytes + contents.length);
  whole.set(contents, headBytes);
  const view = new DataView(whole.buffer);
  view.setUint32(0, contents.length, true);
  view.setUint32(4, sumOf(contents, key), true);
  return whole;
}

/** What the disk refused: the store tells most of it as a Problem. */
export const isRefusal = (error: unknown): boolean => error instanceof Problem || errnoOf(error) !== undefined;

export function unlessRefused<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return undefined;
  }
}
