/** The instructions that the tests of this folder are written in. */
import { type Code, index, leb } from "./module-builder.ts";

const empty = 0x40;

export const i32 = {
  const: (value: number): Code => [0x41, leb(value)],
  add: 0x6a,
  sub: 0x6b,
  lessSigned: 0x48,
  isZero: 0x45,
} as const;

export const local = {
  get: (place: number): Code => [0x20, index(place)],
  set: (place: number): Code => [0x21, index(place)],
  tee: (place: number): Code => [0x22, index(place)],
} as const;

export const block = (...code: Code): Code => [0x02, empty, code, 0x0b];
export const loop = (...code: Code): Code => [0x03, empty, code, 0x0b];
export const when = (...code: Code): Code => [0x04, empty, code, 0x0b];
export const whenElse = (yes: Code, no: Code): Code => [0x04, empty, yes, 0x05, no, 0x0b];
export const branch = (label: number): Code => [0x0c, index(label)];
export const branchIf = (label: number): Code => [0x0d, index(label)];
export const branchTable = (labels: readonly number[], last: number): Code => [
  0x0e,
  index(labels.length),
  labels.flatMap(index),
  index(last),
];
export const call = (func: number): Code => [0x10, index(func)];
export const drop = 0x1a;
export const nop = 0x01;
export const leave = 0x0f;
export const unreachable = 0x00;

/** `try_table` with `catch_all`, whose handler's label is seen from outside of it. */
export const tryAll = (label: number, ...code: Code): Code => [0x1f, empty, 1, 2, index(label), code, 0x0b];
/** The older form. */
export const tryCatchAll = (code: Code, handler: Code): Code => [0x06, empty, code, 0x19, handler, 0x0b];

export const memory = {
  grow: [0x40, 0] as Code,
  size: [0x3f, 0] as Code,
  fill: [0xfc, 11, 0] as Code,
  copy: [0xfc, 10, 0, 0] as Code,
} as const;

export const table = { grow: [0xfc, 15, 0] as Code, fill: [0xfc, 17, 0] as Code, size: [0xfc, 16, 0] as Code } as const;

export const times = (count: number, code: Code | number): Code => Array.from({ length: count }, () => code);
