/**
 * Core metadata of files with a hash, which never changes: one append-only log a project.
 *
 * A record: length of key and payload, checksum, key, payload. Writers append a whole record with
 * one write to a descriptor opened for appending, so that records of several processes stand one after the other; a
 * reader stops at the first record that does not check. A log with a bad record is replaced by the next writer.
 *
 * The key holds the file's address besides its SHA-256: what one server claims about a hash is not believed of another.
 */
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { removeLeftover } from "@vivarium/core/store/leftover";
import { isRegularFile } from "@vivarium/core/store/small-file";
import { sweepTemporaryFiles } from "@vivarium/core/store/temporary-files";
import { withFolder } from "@vivarium/core/store/with-folder";
import type { CoreMetadata } from "./index-file.ts";
import { throwIfTooManyFiles } from "./open-files-limit.ts";
import type { WriteBehind } from "./write-behind.ts";

/** That a source archive has none without a build, and why, is known for good as well: it took a whole download. */
export type KnownMetadata = CoreMetadata | { readonly buildNeeded: string };

export interface MetadataCache {
  /** `key`: address (without secrets) and SHA-256 of the file that the metadata describes. */
  readonly read: (name: string, key: string) => KnownMetadata | undefined;
  readonly write: (name: string, key: string, metadata: KnownMetadata) => void;
  /** Appends what was written since; one system call a project. */
  readonly flush: () => void;
}

interface Log {
  readonly records: Map<string, Buffer>;
  readonly isWhole: boolean;
}

const headBytes = 12;

/** Grows with every change of the key or the payload: the checksum of a record begins with it, and others do not check. */
export const metadataFormat = 3;
const recordChecksum = (bytes: Uint8Array): number => Bun.hash.crc32(bytes, metadataFormat);

export function openMetadataCache(directory: string, writer: Pick<WriteBehind, "fail">): MetadataCache {
  const logs = new Map<string, Log>();
  const pending = new Map<string, Buffer[]>();
  const fileOf = (name: string): string => join(directory, `${name}.metadata`);
  const logOf = (name: string): Log => {
    let log = logs.get(name);
    if (log === undefined) logs.set(name, (log = readLog(fileOf(name))));
    return log;
  };
  return {
    read(name, key) {
      const payload = logOf(name).records.get(key);
      return payload === undefined ? undefined : decodeMetadata(payload);
    },
    write(name, key, metadata) {
      const payload = encodeMetadata(metadata);
      logOf(name).records.set(key, payload);
      const records = pending.get(name) ?? [];
      records.push(encodeRecord(key, payload));
      pending.set(name, records);
    },
    flush() {
      let hasWritten = false;
      for (const [name, records] of pending) {
        pending.delete(name);
        try {
          const path = fileOf(name);
          withFolder(dirname(path), () => save(path, logOf(name), records));
          hasWritten = true;
        } catch (error) {
          pending.clear();
          writer.fail(directory, error);
          return;
        }
      }
      if (hasWritten) sweepTemporaryFiles(directory);
    },
  };
}

function save(path: string, log: Log, records: readonly Buffer[]): void {
  if (!log.isWhole) {
    const all = [...log.records].map(([key, payload]) => encodeRecord(key, payload));
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      writeFileSync(temporary, Buffer.concat(all));
      renameSync(temporary, path);
    } catch (error) {
      removeLeftover(temporary);
      throw error;
    }
    return;
  }
  const descriptor = openSync(path, "a");
  try {
    writeSync(descriptor, Buffer.concat(records));
  } finally {
    closeSync(descriptor);
  }
}

function readLog(path: string): Log {
  const bytes = readOrNothing(path);
  const records = new Map<string, Buffer>();
  // What is no file is replaced by one, and not appended to.
  if (bytes === undefined) return { records, isWhole: !existsSync(path) };
  let at = 0;
  while (at + headBytes <= bytes.length) {
    const keyEnd = at + headBytes + bytes.readUInt32LE(at);
    const end = keyEnd + bytes.readUInt32LE(at + 4);
    if (end > bytes.length || bytes.readUInt32LE(at + 8) !== recordChecksum(bytes.subarray(at + headBytes, end))) break;
    records.set(bytes.toString("utf8", at + headBytes, keyEnd), bytes.subarray(keyEnd, end));
    at = end;
  }
  return { records, isWhole: at === bytes.length };
}

function readOrNothing(path: string): Buffer | undefined {
  if (!isRegularFile(path)) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throwIfTooManyFiles(error, path);
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** Exported for the test of the format. */
export function encodeRecord(key: string, payload: Buffer): Buffer {
  const keyBytes = Buffer.from(key, "utf8");
  const record = Buffer.alloc(headBytes + keyBytes.length + payload.length);
  record.writeUInt32LE(keyBytes.length, 0);
  record.writeUInt32LE(payload.length, 4);
  keyBytes.copy(record, headBytes);
  payload.copy(record, headBytes + keyBytes.length);
  record.writeUInt32LE(recordChecksum(record.subarray(headBytes)), 8);
  return record;
}

/** Lines; empty lines part the lists. No value holds a line break: header fields are folded when they are read. */
export function encodeMetadata(metadata: KnownMetadata): Buffer {
  // No metadata has an empty name.
  if ("buildNeeded" in metadata) return Buffer.from(`\0${metadata.buildNeeded}`, "utf8");
  const { name, version, requiresPython, requiresDist, providesExtra, dynamic } = metadata;
  const lists = [requiresDist, providesExtra, dynamic].map((list) => list.join("\n"));
  return Buffer.from([name, version, requiresPython ?? "", ...lists].join("\0"), "utf8");
}

function decodeMetadata(payload: Buffer): KnownMetadata {
  const [name = "", version = "", requiresPython = "", dist = "", extra = "", dynamic = ""] = payload
    .toString("utf8")
    .split("\0");
  if (name === "") return { buildNeeded: version };
  return {
    name,
    version,
    requiresDist: linesOf(dist),
    ...(requiresPython === "" ? {} : { requiresPython }),
    providesExtra: linesOf(extra),
    dynamic: linesOf(dynamic),
  };
}

function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.split("\n");
}
