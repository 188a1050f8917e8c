/**
 * Binaries that promise more than they hold: lengths and counts of 2^32 - 1 wherever there is one, numbers that are too
 * long, names that are no UTF-8, and much of what is allowed. Each is refused at an offset, after work for what is there
 * and not for what is promised: bytes are counted as they are read.
 */
import { afterAll, beforeEach, expect, spyOn, test } from "bun:test";
import { DecodeError } from "../errors/errors.ts";
import { thrownBy } from "../errors/testing/failure-of.ts";
import { ByteReader } from "./byte-reader.ts";
import { decodeComponent } from "./component.ts";

const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const most = [0xff, 0xff, 0xff, 0xff, 0x0f];

/** Two bytes, whatever is asked. */
const shortLeb = (value: number): number[] => [(value & 0x7f) | 0x80, value >> 7];
const section = (id: number, ...contents: readonly number[]): number[] => [
  id,
  ...shortLeb(contents.length),
  ...contents,
];
const component = (...sections: readonly (readonly number[])[]): Uint8Array =>
  new Uint8Array([...preamble, ...sections.flat()]);

const reads = spyOn(ByteReader.prototype, "byte");
beforeEach(() => reads.mockClear());
afterAll(() => reads.mockRestore());

function refusalOf(bytes: Uint8Array): DecodeError {
  reads.mockClear();
  const thrown = thrownBy(() => decodeComponent(bytes));
  expect(thrown).toBeInstanceOf(DecodeError);
  const refusal = thrown as DecodeError; // as was just seen
  expect(refusal.offset).toBeGreaterThanOrEqual(0);
  expect(refusal.offset).toBeLessThanOrEqual(bytes.length);
  expect(reads.mock.calls.length).toBeLessThanOrEqual(2 * bytes.length);
  return refusal;
}

/** All that has a count, as the bytes of its section in front of that. */
const vectors: readonly (readonly [what: string, id: number, front: readonly number[]])[] = [
  ["core instances", 2, []],
  ["arguments of a core instance", 2, [1, 0x00, 0]],
  ["exports of a core instance", 2, [1, 0x01]],
  ["core types", 3, []],
  ["a group of core types", 3, [1, 0x4e]],
  ["supertypes of a core type", 3, [1, 0x4f]],
  ["parameters of a core function", 3, [1, 0x60]],
  ["results of a core function", 3, [1, 0x60, 0]],
  ["fields of a core struct", 3, [1, 0x5f]],
  ["declarations of a module type", 3, [1, 0x50]],
  ["instances", 5, []],
  ["arguments of an instance", 5, [1, 0x00, 0]],
  ["exports of an instance", 5, [1, 0x01]],
  ["attributes of a name", 5, [1, 0x01, 1, 0x02, 1, 0x61]],
  ["aliases", 6, []],
  ["types", 7, []],
  ["fields of a record", 7, [1, 0x72]],
  ["cases of a variant", 7, [1, 0x71]],
  ["types of a tuple", 7, [1, 0x6f]],
  ["labels of flags", 7, [1, 0x6e]],
  ["labels of an enum", 7, [1, 0x6d]],
  ["parameters of a function", 7, [1, 0x40]],
  ["declarations of a component type", 7, [1, 0x41]],
  ["declarations of an instance type", 7, [1, 0x42]],
  ["canonical definitions", 8, []],
  ["options of a lift", 8, [1, 0x00, 0x00, 0]],
  ["options of a lower", 8, [1, 0x01, 0x00, 0]],
  ["options of task.return", 8, [1, 0x09, 0x01, 0x00]],
  ["options of stream.read", 8, [1, 0x0f, 0]],
  ["options of error-context.new", 8, [1, 0x1c]],
  ["imports", 10, []],
  ["exports", 11, []],
];

test.each(vectors)("a count of 2^32 - 1: %s", (_, id, front) => {
  for (const rest of [[], Array.from({ length: 1000 }, () => 0x00), Array.from({ length: 1000 }, () => 0x01)]) {
    refusalOf(component(section(id, ...front, ...most, ...rest)));
  }
  expect(refusalOf(component(section(id, ...front, ...most))).message).toContain("unexpected end-of-file");
});

/** In front of the length of a name. */
const names: readonly (readonly [what: string, id: number, front: readonly number[]])[] = [
  ["a custom section", 0, []],
  ["an argument of a core instance", 2, [1, 0x00, 0, 1]],
  ["an export of a core instance", 2, [1, 0x01, 1]],
  ["an import of a module type", 3, [1, 0x50, 1, 0x00]],
  ["an export of a module type", 3, [1, 0x50, 1, 0x03]],
  ["an argument of an instance", 5, [1, 0x00, 0, 1]],
  ["an alias", 6, [1, 0x01, 0x00, 0]],
  ["a field", 7, [1, 0x72, 1]],
  ["a case", 7, [1, 0x71, 1]],
  ["a flag", 7, [1, 0x6e, 1]],
  ["an interface that a name implements", 10, [1, 0x02, 1, 0x61, 1, 0x00]],
  ["an import", 10, [1, 0x00]],
  ["an export", 11, [1, 0x00]],
];

test.each(names)("the name of %s, of 2^31 bytes, and of bytes that are no UTF-8", (_, id, front) => {
  const at = preamble.length + 3 + front.length;
  const long = component(section(id, ...front, 0x80, 0x80, 0x80, 0x80, 0x08, 0x61));
  expect(refusalOf(long)).toMatchObject({ message: expect.stringContaining("unexpected end-of-file") });
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
    const bad = component(section(id, ...front, bytes.length, ...bytes, 0, 0, 0));
    expect(refusalOf(bad)).toMatchObject({
      offset: at + 1,
      message: expect.stringContaining("malformed UTF-8 encoding"),
    });
  }
});

test.each(Array.from({ length: 13 }, (_, id) => id))("section %i of 2^32 - 1 bytes", (id) => {
  const bytes = component([id, ...most, 0]);
  expect(refusalOf(bytes)).toMatchObject({ offset: bytes.length });
});

test.each([
  ["of six bytes", [0x80, 0x80, 0x80, 0x80, 0x80, 0x00], "integer representation too long"],
  ["of five bytes with a sixth", [0xff, 0xff, 0xff, 0xff, 0x8f, 0x00], "integer representation too long"],
  ["of 33 bits", [0x80, 0x80, 0x80, 0x80, 0x10], "integer too large"],
])("a number %s", (_, number, message) => {
  for (const bytes of [
    component([7, ...number]),
    component(section(7, ...number)),
    component(section(7, 1, 0x69, ...number)),
  ]) {
    expect(refusalOf(bytes).message).toContain(message);
  }
});

test("a number may be longer than it must be, in as many bytes as it has room for", () => {
  const long = [0x81, 0x80, 0x80, 0x80, 0x00];
  expect(decodeComponent(component(section(7, ...long, 0x70, 0x7d))).definitions).toHaveLength(1);
});

test("values are one definition, however many are promised", () => {
  expect(decodeComponent(component(section(12, ...most))).definitions).toMatchObject([{ kind: "value" }]);
  expect(decodeComponent(component(section(12, ...most, 1, 2, 3))).definitions).toHaveLength(1);
  expect(decodeComponent(component(section(12, 0))).definitions).toEqual([]);
});

test("10,000 components in each other", () => {
  const heads: number[][] = [];
  for (let length = 0; heads.length < 10_000; ) {
    const size = preamble.length + length;
    const head = [4, (size & 0x7f) | 0x80, ((size >> 7) & 0x7f) | 0x80, size >> 14, ...preamble];
    heads.push(head);
    length += head.length;
  }
  const bytes = new Uint8Array([...preamble, ...heads.reverse().flat()]);
  expect(refusalOf(bytes).message).toContain("components are nested more than 1000 levels deep");
});

test("custom sections stand anywhere, also between the same ones and in components", () => {
  const custom = section(0, 1, 0x61, 0xff, 0xff);
  const types = section(7, 1, 0x7d);
  const inner = [...preamble, ...custom, ...types, ...custom];
  const { definitions } = decodeComponent(component(custom, types, custom, types, section(4, ...inner), custom));
  expect(definitions.map(({ kind }) => kind)).toEqual(["type", "type", "component"]);
});

test("names of the name section are read when they are asked for, as far as they are there", () => {
  const text = [...new TextEncoder().encode("component-name")];
  const decoded = decodeComponent(component(section(0, text.length, ...text, 1, 8, 0x01, ...most, 0, 0)));
  expect(decoded.names.sorts.size).toBe(0);
  expect(reads.mock.calls.length).toBeLessThan(100);
});

test("the type of a heap that is none is told with its first byte, where it stands", () => {
  const refusal = refusalOf(component(section(3, 1, 0x60, 1, 0x63, 0xff, 0x40)));
  expect(refusal).toMatchObject({ offset: 15, message: expect.stringContaining("(0xff) for heap type") });
});
