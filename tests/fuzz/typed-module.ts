/** Core modules whose code, locals, globals, tables and elements name types, some of which are not there. */
import {
  buildModule,
  type Code,
  type FunctionSource,
  type ModuleSource,
} from "../../isorun/compile/testing/module-builder.ts";
import { pick, type Random, times } from "./random.ts";

const functionCount = 3;
const drop = 0x1a;
const nullOf = (type: number): readonly number[] => [0xd0, type];
const referenceTo = (type: number): readonly number[] => [0x63, type];

/** Each function has a type of its own: () → (). Appended ones of that form stand behind them. */
const someType = (random: Random): number => random(random(12) === 0 ? functionCount + 4 : functionCount);

const statements: readonly ((type: number) => Code)[] = [
  (type) => [nullOf(type), drop],
  (type) => [nullOf(type), [0xfb, 20, type], drop], // ref.test
  (type) => [nullOf(type), [0xfb, 23, type], drop], // ref.cast null
  (type) => [[0x02, ...referenceTo(type)], nullOf(type), 0x0b, drop],
  (type) => [[0x02, type, 0x0b]],
  (type) => [[0x03, ...referenceTo(type)], nullOf(type), 0x0b, drop],
  (type) => [nullOf(type), nullOf(type), [0x41, 0], [0x1c, 1, ...referenceTo(type)], drop],
  (type) => [nullOf(type), [0x14, type]], // call_ref
  (type) => [
    [0x41, 0],
    [0x11, type, 0],
  ],
];

/** Mostly valid: few of the types are wild. */
export function typedModule(random: Random): Uint8Array {
  const functions: FunctionSource[] = times(functionCount, () => ({
    locals: [referenceTo(someType(random))],
    code: times(random(3), () => pick(random, statements)(someType(random))),
  }));
  const source: ModuleSource = { functions, table: [1], globals: [{ type: "i32", value: [0x41, 0] }] };
  const type = someType(random);
  const variants: readonly ModuleSource[] = [
    source,
    { ...source, globals: [{ type: referenceTo(type), value: nullOf(type) }] },
    { ...source, globals: [{ type: "funcref", value: nullOf(type) }] },
    { ...source, tableType: referenceTo(type) },
    { ...source, tableValue: nullOf(type) },
    { ...source, elementSegment: [5, ...referenceTo(type), 1, ...nullOf(type), 0x0b] },
  ];
  return buildModule(pick(random, variants));
}
