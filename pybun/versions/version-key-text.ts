/**
 * Keys and cuts of ranges turned back into text, for people: which versions does a key or an interval mean?
 *
 * A key has lost trailing zeros and the spelling, so the text of a release is preferred where the caller knows it.
 */
import { assert } from "@vivarium/core/assert";
import { KEY_DEV, KEY_END, KEY_FINAL, KEY_LOCAL_END, KEY_NO_POST, KEY_POST, KEY_RELEASE_END } from "./version-key.ts";

/** A cut read back: the version text that its characters spell, and which parts of a key it has. */
export interface CutText {
  readonly text: string;
  /** What the cut ends with: a whole key, or where it stops. */
  readonly stop: "release" | "release-end" | "phase" | "public" | "local";
  /** Whether {@link KEY_END} follows: the cut lies behind all versions that begin so. */
  readonly behind: boolean;
}

interface Reader {
  readonly key: string;
  at: number;
}

/** Reads a key, or the beginning of one, back into text. */
export function readCut(cut: string): CutText {
  const behind = cut.endsWith(KEY_END);
  const reader: Reader = { key: behind ? cut.slice(0, -1) : cut, at: 0 };
  const epoch = readNumber(reader);
  const release: string[] = [];
  while (reader.at < reader.key.length && reader.key[reader.at] !== KEY_RELEASE_END) release.push(readNumber(reader));
  const base = (epoch === "0" ? "" : `${epoch}!`) + (release.join(".") || "0");
  if (!skip(reader, KEY_RELEASE_END)) return { text: base, stop: "release", behind };
  if (reader.at === reader.key.length) return { text: base, stop: "release-end", behind };
  return readSuffix(reader, { base, behind });
}

/** The text of a whole key: the normalised version without trailing zeros. */
export function textOfKey(key: string): string {
  const { text, stop } = readCut(key);
  assert(stop === "local", "a key ends with the mark of its local part");
  return text;
}

function readSuffix(reader: Reader, { base, behind }: { base: string; behind: boolean }): CutText {
  let text = base;
  const phase = reader.key[reader.at];
  if (phase !== KEY_DEV) {
    reader.at++;
    if (phase !== KEY_FINAL) text += (phase === "c" ? "rc" : phase) + readNumber(reader);
    if (reader.at === reader.key.length) return { text, stop: "phase", behind };
    if (skip(reader, KEY_POST)) text += `.post${readNumber(reader)}`;
    if (reader.at === reader.key.length) return { text, stop: "phase", behind };
  }
  if (skip(reader, KEY_DEV)) text += `.dev${readNumber(reader)}`;
  else skip(reader, KEY_NO_POST);
  if (reader.at === reader.key.length) return { text, stop: "public", behind };
  return { text: text + readLocal(reader), stop: "local", behind };
}

function readLocal(reader: Reader): string {
  const segments: string[] = [];
  while (!skip(reader, KEY_LOCAL_END)) {
    if (skip(reader, "'")) segments.push(readNumber(reader));
    else {
      const end = reader.key.indexOf(" ", reader.at);
      segments.push(reader.key.slice(reader.at + 1, end));
      reader.at = end + 1;
    }
  }
  return segments.length === 0 ? "" : `+${segments.join(".")}`;
}

function skip(reader: Reader, mark: string): boolean {
  if (reader.key[reader.at] !== mark) return false;
  reader.at++;
  return true;
}

/** The inverse of `encodeNumber`. */
function readNumber(reader: Reader): string {
  const code = reader.key.charCodeAt(reader.at++);
  if (code < 0x78) return String(code - 0x28);
  const count = code === 0x7e ? Number(readNumber(reader)) : code - 0x78 + 2;
  const digits = reader.key.slice(reader.at, reader.at + count);
  reader.at += count;
  return digits;
}
