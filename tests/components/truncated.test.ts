/**
 * Real components that end early. One that is cut is refused where it ends, or is a whole component of fewer sections; one
 * whose sections are cut, each with its true length, is refused at an offset in that section or behind it, if at all.
 */
import { beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ByteReader } from "../../isorun/decode/byte-reader.ts";
import { decodeComponent } from "../../isorun/decode/component.ts";
import { DecodeError, UnsupportedError, ValidationError } from "../../isorun/errors/errors.ts";
import { validateComponent } from "../../isorun/validate/component.ts";
import { built } from "./built.ts";

const files: Record<string, Uint8Array> = {};

beforeAll(async () => {
  files["greet"] = readFileSync(join(import.meta.dir, "../../examples/greet.wasm"));
  for (const name of ["words", "count-files"] as const) files[name] = readFileSync(await built(name));
}, 300_000);

/** Undefined for one that is valid; anything else that is thrown is the test's failure. */
function refusalOf(bytes: Uint8Array): DecodeError | ValidationError | UnsupportedError | undefined {
  try {
    validateComponent(decodeComponent(bytes), bytes);
    return undefined;
  } catch (error) {
    const isOurs =
      error instanceof DecodeError || error instanceof ValidationError || error instanceof UnsupportedError;
    if (!isOurs) throw error;
    return error;
  }
}

interface Section {
  readonly id: number;
  readonly at: number;
  /** Of its contents. */
  readonly start: number;
  readonly end: number;
}

function sectionsOf(bytes: Uint8Array): Section[] {
  const reader = new ByteReader(bytes, preambleLength);
  const sections: Section[] = [];
  while (!reader.isAtEnd) {
    const at = reader.offset;
    const id = reader.byte();
    const length = reader.u32();
    const start = reader.offset;
    reader.skip(length);
    sections.push({ id, at, start, end: reader.offset });
  }
  return sections;
}

const preambleLength = 8;
const names = ["greet", "words", "count-files"];

test.each(names)(
  "%s, cut at each byte",
  (name) => {
    const bytes = files[name] ?? new Uint8Array();
    const borders = new Set([preambleLength, ...sectionsOf(bytes).map(({ end }) => end)]);
    expect(borders.size).toBeGreaterThan(5);
    const wrong: string[] = [];
    for (let length = 0; length < bytes.length; length += 1) {
      const refusal = refusalOf(bytes.subarray(0, length));
      if (borders.has(length)) continue; // Whether fewer sections are valid alone is their own matter.
      if (!(refusal instanceof DecodeError && refusal.offset === length)) wrong.push(`${length}: ${refusal}`);
    }
    expect(wrong).toEqual([]);
  },
  60_000,
);

/** What stands before a section, and the section with the first bytes of its contents, whose number its length says. */
function withShorter(bytes: Uint8Array, { id, at, start }: Section, length: number): Uint8Array {
  const file = new Uint8Array(at + 4 + length);
  file.set(bytes.subarray(0, at));
  file.set([id, (length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14], at);
  file.set(bytes.subarray(start, start + length), at + 4);
  return file;
}

/** Custom sections, core modules, components. */
const mayBeShorter: ReadonlySet<number> = new Set([0, 1, 4]);

/** All of a short section; of a long one its beginning, and some of the rest. */
const isTried = (length: number, size: number): boolean => length < 300 || length % Math.ceil(size / 100) === 0;

test.each(names)(
  "%s, its sections cut",
  (name) => {
    const bytes = files[name] ?? new Uint8Array();
    const wrong: string[] = [];
    for (const section of sectionsOf(bytes)) {
      const size = section.end - section.start;
      for (let length = 0; length < size; length += 1) {
        if (!isTried(length, size)) continue;
        const file = withShorter(bytes, section, length);
        const refusal = refusalOf(file);
        // What is left of a custom section is one, and what is left of a module or a component may be.
        if (refusal === undefined && !mayBeShorter.has(section.id))
          wrong.push(`${section.at}+${length}: was not refused`);
        if (refusal === undefined || refusal instanceof UnsupportedError) continue;
        if (refusal.offset < section.at || refusal.offset > file.length)
          wrong.push(`${section.at}+${length}: ${refusal}`);
      }
    }
    expect(wrong).toEqual([]);
  },
  60_000,
);
