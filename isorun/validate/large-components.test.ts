/** Components of many definitions: the time that they take grows with their number, and not with its square. */

import { expect, test } from "bun:test";
import { decodeComponent } from "../decode/component.ts";
import { UnsupportedError } from "../errors/errors.ts";
import { newResource } from "../types/component-types.ts";
import { validateComponent } from "./component.ts";
import type { ValidComponent } from "./valid-component.ts";

const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

const times = (count: number, item: (index: number) => readonly number[]): number[] =>
  Array.from({ length: count }, (_, index) => item(index)).flat();

const section = (id: number, contents: readonly number[]): number[] => [id, ...leb(contents.length), ...contents];
/** A section of as many items. */
const list = (id: number, count: number, item: (index: number) => readonly number[]): number[] =>
  section(id, [...leb(count), ...times(count, item)]);
const component = (...sections: readonly (readonly number[])[]): number[] => [...preamble, ...sections.flat()];
const nested = (...sections: readonly (readonly number[])[]): number[] => section(4, component(...sections));
const named = (name: string): number[] => [0x00, name.length, ...new TextEncoder().encode(name)];

const resource = [0x3f, 0x7f, 0x00];
const u8 = [0x7d];
const outerType = (count: number, index: number): number[] => [0x03, 0x02, ...leb(count), ...leb(index)];

function validate(bytes: readonly number[]): ValidComponent {
  const file = Uint8Array.from(bytes);
  return validateComponent(decodeComponent(file), file);
}

/** What was quadratic took minutes with as many. */
const count = 40_000;

test("types from outside of a component that has resources", () => {
  const types = list(7, 1, () => u8);
  const inner = nested(
    list(7, count, () => resource),
    list(6, count, () => outerType(1, 0)),
  );
  expect(validate(component(types, inner)).definitions).toHaveLength(2);
});

/** The sections in a component, that one in a component, and so on. */
function deepNested(levels: number, sections: readonly number[]): number[] {
  const heads: number[][] = [];
  let length = sections.length;
  for (let level = 0; level < levels; level += 1) {
    const head = [4, ...leb(preamble.length + length), ...preamble];
    heads.push(head);
    length += head.length;
  }
  return [...heads.reverse().flat(), ...sections];
}

test("types from outside of many components in each other", () => {
  const levels = 990;
  const aliases = list(6, count, () => outerType(levels, 0));
  const types = list(7, 1, () => u8);
  expect(validate(component(types, deepNested(levels, aliases))).definitions).toHaveLength(2);
});

/** One that exports a type under as many names, and is instantiated as often. */
const instances = (exports: number, type: readonly number[], made: number): number[] =>
  component(
    nested(
      list(7, 1, () => type),
      list(11, exports, (index) => [...named(`t${index}`), 0x03, 0x00, 0x00]),
    ),
    list(5, made, () => [0x00, 0x00, 0x00]),
  );

test("instances of one component that has nothing of its own have one list of exports", () => {
  const { definitions } = validate(instances(4000, u8, count));
  const types = definitions.flatMap((each) => (each.kind === "instance" ? [each.type] : []));
  expect(types).toHaveLength(count);
  expect(new Set(types.map(({ exports }) => exports)).size).toBe(1);
});

test("instances that have types of their own are so many in all", () => {
  expect(validate(instances(200, resource, 1000)).definitions).toHaveLength(1001);
  expect(() => validate(instances(4000, resource, 4000))).toThrow(UnsupportedError);
});

test("resources that no instance exports are not made again, level by level", () => {
  const twice = list(5, 2, () => [0x00, 0x00, 0x00]);
  const levels = Array.from({ length: 16 }).reduce<number[]>(
    (inner) => nested(inner, twice),
    nested(list(7, 1, () => resource)),
  );
  const { id } = newResource();
  expect(validate(component(levels, twice)).definitions).toHaveLength(3);
  expect(newResource().id - id).toBeLessThan(10);
});

test("resources that instances export are so many in all", () => {
  const made = (of: string, index: number): number[] => [...named(of), 0x05, index, 0x00];
  const twice = [list(5, 2, () => [0x00, 0x00, 0x00]), list(11, 2, (index) => made(index === 0 ? "a" : "b", index))];
  const leaf = nested(
    list(7, 1, () => resource),
    list(11, 1, () => [...named("r"), 0x03, 0x00, 0x00]),
  );
  const levels = (depth: number): number[] =>
    component(
      Array.from({ length: depth }).reduce<number[]>((inner) => nested(inner, ...twice), leaf),
      ...twice,
    );
  expect(validate(levels(10)).definitions).toHaveLength(5);
  expect(() => validate(levels(40))).toThrow(/effective type size|types and items of instances/);
});

test("an instance of many functions that is given to many others", () => {
  const [exports, made] = [4000, 20_000];
  const func = [0x01, 0x40, 0x00, 0x01, 0x00];
  const type = [
    0x42,
    ...leb(exports + 1),
    ...func,
    ...times(exports, (index) => [0x04, ...named(`f${index}`), 0x01, 0x00]),
  ];
  const imported = list(10, 1, () => [...named("a"), 0x05, 0x00]);
  const bytes = component(
    list(7, 1, () => type),
    imported,
    nested(
      list(6, 1, () => outerType(1, 0)),
      imported,
    ),
    list(5, made, () => [0x00, 0x00, 1, 1, 0x61, 0x05, 0x00]),
  );
  expect(validate(bytes).definitions).toHaveLength(made + 3);
});

test("a type that names another twice, level by level, and is given to many", () => {
  const levels = 18;
  const types = list(7, levels + 1, (level) => (level === 0 ? u8 : [0x6f, 2, ...leb(level - 1), ...leb(level - 1)]));
  const given = [...named("t").slice(1), 0x03, levels];
  const inner = nested(
    types,
    list(10, 1, () => [...named("t"), 0x03, 0x00, levels]),
  );
  const bytes = component(
    types,
    inner,
    list(5, 5000, () => [0x00, 0x00, 1, ...given]),
  );
  expect(validate(bytes).definitions).toHaveLength(levels + 1 + 1 + 5000);
});

test("a core module of many imports that is instantiated many times", () => {
  const [imports, made] = [2000, 20_000];
  const core = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...section(1, [1, 0x60, 0, 0])];
  const name = (index: number): number[] => named(`f${index}`).slice(1);
  const taking = [...core, ...list(2, imports, (index) => [0, ...name(index), 0x00, 0x00])];
  const giving = [
    ...core,
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x66, 0x00, 0]),
    ...section(10, [1, 2, 0, 0x0b]),
  ];
  const bytes = component(
    section(1, taking),
    section(1, giving),
    list(2, 1, () => [0x00, 1, 0]),
    list(6, 1, () => [0x00, 0x00, 0x01, 0, 1, 0x66]),
    list(2, 1, () => [0x01, ...leb(imports), ...times(imports, (index) => [...name(index), 0x00, 0])]),
    list(2, made, () => [0x00, 0, 1, 0, 0x12, 1]),
  );
  expect(validate(bytes).definitions).toHaveLength(2 + 1 + 1 + 1 + made);
});

/** Each exports two instances of the one before it; the first exports a type. */
const instanceLevels = (levels: number): number[] => {
  const leaf = [0x42, 2, 0x01, ...u8, 0x04, ...named("t"), 0x03, 0x00, 0];
  const around = (inner: number): number[] => [
    0x42,
    3,
    0x02,
    ...outerType(1, inner),
    ...["a", "b"].flatMap((name) => [0x04, ...named(name), 0x05, 0]),
  ];
  return list(7, levels + 1, (level) => (level === 0 ? leaf : around(level - 1)));
};

test("an instance type that names another twice, level by level, and is given to many", () => {
  const [levels, made] = [16, 5000];
  const types = instanceLevels(levels);
  const imported = list(10, 1, () => [...named("i"), 0x05, levels]);
  const given = [...named("i").slice(1), 0x05, 0];
  const bytes = component(
    types,
    imported,
    nested(types, imported),
    list(5, made, () => [0x00, 0x00, 1, ...given]),
  );
  expect(validate(bytes).definitions).toHaveLength(levels + 1 + 1 + 1 + made);
});

test("the same in many components, each of which has types of its own", () => {
  const [levels, made] = [17, 500];
  const inner = nested(
    instanceLevels(levels),
    list(10, 1, () => [...named("i"), 0x05, levels]),
  );
  expect(validate(component(...Array.from({ length: made }, () => inner))).definitions).toHaveLength(made);
});
