/** What is read of core modules beside their bodies, byte by byte: no text can be written so. */
import { describe, expect, test } from "bun:test";
import { DecodeError, UnsupportedError, ValidationError } from "../errors/errors.ts";
import { decodeCoreModule } from "./core-module.ts";

/** A module of one section. */
const moduleOf = (id: number, ...contents: readonly number[]): Uint8Array =>
  Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, id, contents.length, ...contents);

/** A LEB128 in as many bytes as it is told. */
const padded = (value: number, width: number): number[] =>
  Array.from({ length: width }, (_, at) => (Math.floor(value / 128 ** at) % 128) | (at < width - 1 ? 0x80 : 0));

const memory = (...limits: readonly number[]) => moduleOf(5, 1, ...limits);
const table = (...limits: readonly number[]) => moduleOf(4, 1, 0x70, ...limits);
const imported = (...type: readonly number[]) => moduleOf(2, 1, 0, 0, ...type);

/** Limits are numbers of 64 bits (5.3.15), whatever their index type; WebAssembly.validate reads at most five bytes. */
describe("limits", () => {
  const places = { memory, table, imported: (...limits: readonly number[]) => imported(0x02, ...limits) };

  for (const [place, module] of Object.entries(places)) {
    test(`of a ${place} in five bytes are read, and engines read them`, () => {
      const bytes = module(0x01, ...padded(1, 5), ...padded(2, 5));
      expect(() => decodeCoreModule(bytes)).not.toThrow();
      expect(WebAssembly.validate(bytes.slice())).toBe(true);
    });

    test(`of a ${place} in more are valid, but no engine reads them`, () => {
      for (const bytes of [module(0x00, ...padded(1, 6)), module(0x01, 1, ...padded(2, 10))]) {
        expect(() => decodeCoreModule(bytes)).toThrow(UnsupportedError);
        expect(WebAssembly.validate(bytes.slice())).toBe(false);
      }
    });

    test(`of a ${place} in more than ten are malformed`, () => {
      expect(() => decodeCoreModule(module(0x00, ...padded(1, 11)))).toThrow(DecodeError);
    });

    test(`of a ${place} that are over its range are invalid, also where they are long`, () => {
      for (const bytes of [module(0x00, ...padded(2 ** 40, 6)), module(0x01, 0, ...padded(2 ** 40, 10))]) {
        expect(() => decodeCoreModule(bytes)).toThrow(ValidationError);
      }
    });

    test(`of a ${place} that end before they begin are invalid`, () => {
      expect(() => decodeCoreModule(module(0x01, 2, 1))).toThrow(ValidationError);
    });
  }

  test("are as many as an address space holds", () => {
    expect(() => decodeCoreModule(memory(0x01, 0, ...padded(65536, 3)))).not.toThrow();
    expect(() => decodeCoreModule(memory(0x01, 0, ...padded(65537, 3)))).toThrow(ValidationError);
    expect(() => decodeCoreModule(table(0x01, 0, ...padded(2 ** 32 - 1, 5)))).not.toThrow();
    expect(() => decodeCoreModule(table(0x01, 0, ...padded(2 ** 32, 5)))).toThrow(ValidationError);
  });
});

test("tables are not shared, and memories that are say how large they become", () => {
  expect(() => decodeCoreModule(table(0x03, 1, 1))).toThrow(DecodeError);
  expect(() => decodeCoreModule(memory(0x03, 1, 1))).not.toThrow();
  expect(() => decodeCoreModule(memory(0x02, 1))).toThrow(ValidationError);
});

test("exports that name nothing, or one name twice, break rules of validation and not the format", () => {
  const exported = (...index: readonly number[]) => moduleOf(7, 1, 0, 0x00, ...index);
  expect(() => decodeCoreModule(exported(0))).toThrow(
    new ValidationError("unknown func 0: exported func index out of bounds", 13),
  );
  const twice = Uint8Array.of(...memory(0x00, 1), 7, 7, 2, 0, 0x02, 0, 0, 0x02, 0);
  expect(() => decodeCoreModule(twice)).toThrow(new ValidationError("duplicate export name `` already defined", 21));
  expect(() => decodeCoreModule(exported())).toThrow(DecodeError);
});

describe("types that refer to types", () => {
  const nullOf = (index: number) => [0x63, index];

  test("of imported globals and tables name those of the module", () => {
    for (const type of [
      [0x03, ...nullOf(0), 0],
      [0x01, ...nullOf(0), 0x00, 1],
    ]) {
      expect(() => decodeCoreModule(imported(...type))).toThrow(ValidationError);
    }
  });

  test("of its own globals and tables too", () => {
    expect(() => decodeCoreModule(moduleOf(6, 1, ...nullOf(0), 0, 0xd0, 0x70, 0x0b))).toThrow(ValidationError);
    expect(() => decodeCoreModule(moduleOf(4, 1, ...nullOf(0), 0x00, 1))).toThrow(ValidationError);
  });

  test("name their own group, or what stands before it", () => {
    const func = (...params: readonly number[]) => [0x60, 1, ...params, 0];
    const groups = (...items: readonly (readonly number[])[]) => moduleOf(1, items.length, ...items.flat());
    expect(() => decodeCoreModule(groups(func(0x7f), func(...nullOf(0))))).not.toThrow();
    expect(() => decodeCoreModule(groups(func(...nullOf(0))))).not.toThrow();
    expect(() => decodeCoreModule(groups([0x4e, 2, ...func(...nullOf(1)), ...func(0x7f)]))).not.toThrow();
    expect(() => decodeCoreModule(groups(func(...nullOf(1)), func(0x7f)))).toThrow(ValidationError);
    expect(() => decodeCoreModule(groups([0x5f, 1, ...nullOf(1), 0]))).toThrow(ValidationError);
    expect(() => decodeCoreModule(groups([0x5e, ...nullOf(1), 0]))).toThrow(ValidationError);
    expect(() => decodeCoreModule(groups([0x50, 1, 0, ...func(0x7f)]))).toThrow(ValidationError);
  });
});
