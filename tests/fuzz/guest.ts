/**
 * Guests that do what their memory says: it tells what their functions return, where their allocator puts things, and
 * when they grow, trap or call out. A test writes it by `poke`, value by value, and can so be as hostile as it likes.
 *
 * The callee exports `f`, which hands its parameters on to the import `sink`. The caller's `run` calls the import `f`
 * with what stands in its slots, and returns what that left behind.
 */
import { type FlatType, flattenType, flattenTypes } from "../../isorun/types/flatten.ts";
import * as types from "../../isorun/wave/testing/types.ts";
import { ComponentBuilder, type Encoding, type Signature } from "./component-builder.ts";
import { coreModuleTree } from "./core-tree.ts";
import type { Tree } from "./tree.ts";

/** Addresses in a guest's memory. */
export const places = { cursor: 0, next: 4, flags: 8, answers: 0x40, slots: 0x100, data: 0x400, heap: 0x8000 } as const;
/** Of the answers of its allocator, from the first call on; 0 is an honest one. */
export const answerCount = 16;
export const answers = { honest: 0, rings: 7, grows: 9 } as const;
export const flags = { rings: 1, postReturnTraps: 2, grows: 4 } as const;

type Code = readonly number[];

const code = (...parts: readonly (number | Code)[]): number[] =>
  parts.flatMap((part) => (typeof part === "number" ? [part] : part));

/** `i32.const` with a signed LEB128. */
function constant(value: number): number[] {
  const out = [0x41];
  for (let rest = value | 0; ; ) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40);
    out.push(isLast ? low : low | 0x80);
    if (isLast) return out;
  }
}

const unsigned = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, value >> 7]);

const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const loadAt = (at: number): Code => code(0x28, 2, unsigned(at));
const loadWord = (at: number): Code => code(constant(0), loadAt(at));
const storeWord = (at: number, value: Code): Code => code(constant(0), value, 0x36, 2, unsigned(at));
const call = (func: number): Code => [0x10, func];
const when = (...inner: readonly (number | Code)[]): Code => code(0x04, 0x40, code(...inner), 0x0b);
const [and, add, subtract, shiftLeft, equal, lessUnsigned] = [0x71, 0x6a, 0x6b, 0x74, 0x46, 0x49];
const leave = 0x0f;
const unreachable = 0x00;
const select = 0x1b;
const copyMemory: Code = [0xfc, 10, 0, 0];
const grow = code(constant(1), 0x40, 0, 0x1a);
const hasFlag = (flag: number): Code => code(loadWord(places.flags), constant(flag), and);

const loads: Readonly<Record<FlatType, Code>> = {
  i32: [0x28, 2],
  i64: [0x29, 3],
  f32: [0x2a, 2],
  f64: [0x2b, 3],
};
const loadSlot = (type: FlatType, slot: number): Code =>
  code(constant(0), loads[type], unsigned(places.slots + slot * 8));

/** (old, old size, alignment, size) → the next answer, or where the heap has room. */
function reallocCode(): Code {
  const [old, oldSize, align, size, answer, at] = [0, 1, 2, 3, 4, 5].map(get) as [Code, Code, Code, Code, Code, Code];
  const [setAnswer, setAt] = [set(4), set(5)];
  const place = code(loadWord(places.cursor), constant(answerCount - 1), and, constant(2), shiftLeft);
  const next = code(loadWord(places.next), align, add, constant(1), subtract, constant(0), align, subtract, and);
  const smaller = code(oldSize, size, oldSize, size, lessUnsigned, select);
  return code(
    code(place, loadAt(places.answers), setAnswer),
    storeWord(places.cursor, code(loadWord(places.cursor), constant(1), add)),
    code(answer, constant(answers.rings), equal, when(call(0))),
    code(answer, constant(answers.grows), equal, when(grow, constant(0), setAnswer)),
    code(answer, when(answer, leave)),
    code(next, setAt),
    storeWord(places.next, code(at, size, add)),
    code(at, old, smaller, copyMemory),
    at,
  );
}

/** Memory, allocator and `poke`: what lowered functions need before there is a module that can import them. */
const memoryModule = (): Tree =>
  coreModuleTree({
    imports: [{ name: "bell", params: [], results: [] }],
    bodies: [
      { export: "realloc", params: ["i32", "i32", "i32", "i32"], results: ["i32"], locals: 2, code: reallocCode() },
      {
        export: "poke",
        params: ["i32", "i64"],
        results: [],
        code: code(get(0), constant(0xfff8), and, get(1), 0x37, 3, 0),
      },
    ],
  });

/** What a function is at the boundary: flat, or by a pointer. */
export interface FlatSignature {
  readonly params: readonly FlatType[];
  readonly hasParamPointer: boolean;
  readonly results: readonly FlatType[];
  readonly hasResultPointer: boolean;
}

export function flatSignature({ params, result }: Signature): FlatSignature {
  const flat = flattenTypes(params);
  const results = result === undefined ? [] : flattenType(result);
  return {
    params: flat.length > 16 ? ["i32"] : flat,
    hasParamPointer: flat.length > 16,
    results: results.length > 1 ? ["i32"] : results,
    hasResultPointer: results.length > 1,
  };
}

function calleeModule(flat: FlatSignature): Tree {
  const [bell, sink] = [0, 1];
  const body = code(
    code(hasFlag(flags.rings), when(call(bell))),
    code(hasFlag(flags.grows), when(grow)),
    code(...flat.params.map((_, index) => get(index)), call(sink)),
    ...flat.results.map((type) => loadSlot(type, 0)),
  );
  return coreModuleTree({
    memoryFrom: "memory",
    imports: [
      { name: "bell", params: [], results: [] },
      { name: "sink", params: flat.params, results: [] },
    ],
    bodies: [
      { export: "f", params: flat.params, results: flat.results, code: body },
      {
        export: "done",
        params: flat.results,
        results: [],
        code: code(hasFlag(flags.postReturnTraps), when(unreachable)),
      },
    ],
  });
}

/** The pointer to results is the slot behind those of the parameters. */
function callerModule(flat: FlatSignature): Tree {
  const place: readonly FlatType[] = flat.hasResultPointer ? ["i32"] : [];
  const params = [...flat.params, ...place];
  const results = flat.hasResultPointer ? [] : flat.results;
  const body = code(...params.map(loadSlot), call(0), flat.hasResultPointer ? loadSlot("i32", flat.params.length) : []);
  return coreModuleTree({
    memoryFrom: "memory",
    imports: [{ name: "f", params, results }],
    bodies: [{ export: "run", params: [], results: flat.results, code: body }],
  });
}

const pokeSignature: Signature = { params: [types.primitive("u32"), types.primitive("u64")], result: undefined };

/** A builder with memory and allocator, `poke` exported, and the options that name them. */
function guestBuilder(encoding: Encoding) {
  const builder = new ComponentBuilder("import");
  const bell = builder.importFunc("bell", builder.funcType({ params: [], result: undefined }));
  const loweredBell = builder.lower(bell, {});
  const given = builder.coreExports([{ name: "bell", func: loweredBell }]);
  const core = builder.instantiateCore(builder.coreModule(memoryModule()), [["", given]]);
  const memory = builder.aliasCore("memory", core, "memory");
  const realloc = builder.aliasCore("func", core, "realloc");
  const pokeType = builder.funcType(pokeSignature);
  const poke = builder.lift(builder.aliasCore("func", core, "poke"), { type: pokeType, options: {} });
  builder.export({ name: "poke", sort: "func", index: poke });
  return { builder, core, loweredBell, options: { encoding, memory, realloc } };
}

export interface GuestSource {
  readonly signature: Signature;
  readonly encoding: Encoding;
}

export function calleeBuilder({ signature, encoding }: GuestSource): ComponentBuilder {
  const { builder, core, loweredBell, options } = guestBuilder(encoding);
  const sinkType = builder.funcType({ params: signature.params, result: undefined });
  const type = builder.funcType(signature);
  const sink = builder.lower(builder.importFunc("sink", sinkType), { encoding, memory: options.memory });
  const given = builder.coreExports([
    { name: "bell", func: loweredBell },
    { name: "sink", func: sink },
  ]);
  const module = builder.coreModule(calleeModule(flatSignature(signature)));
  const main = builder.instantiateCore(module, [
    ["", given],
    ["memory", core],
  ]);
  const f = builder.aliasCore("func", main, "f");
  const postReturn = builder.aliasCore("func", main, "done");
  builder.export({ name: "f", sort: "func", index: builder.lift(f, { type, options: { ...options, postReturn } }) });
  return builder;
}

export function callerBuilder({ signature, encoding }: GuestSource): ComponentBuilder {
  const { builder, core, options } = guestBuilder(encoding);
  const type = builder.funcType(signature);
  const f = builder.lower(builder.importFunc("f", type), options);
  const given = builder.coreExports([{ name: "f", func: f }]);
  const module = builder.coreModule(callerModule(flatSignature(signature)));
  const main = builder.instantiateCore(module, [
    ["", given],
    ["memory", core],
  ]);
  const runType = builder.funcType({ params: [], result: signature.result });
  const { encoding: _, ...rest } = options;
  const run = builder.lift(builder.aliasCore("func", main, "run"), { type: runType, options: { encoding, ...rest } });
  builder.export({ name: "run", sort: "func", index: run });
  return builder;
}

/** Both in one component, whose calls go by an adapter: `run`, `poke-caller`, `poke-callee`. */
export function coupleBuilder(caller: GuestSource, callee: GuestSource): ComponentBuilder {
  const outer = new ComponentBuilder("import");
  const bell = outer.importFunc("bell", outer.funcType({ params: [], result: undefined }));
  const sinkType = outer.funcType({ params: caller.signature.params, result: undefined });
  outer.funcType(caller.signature);
  const sink = outer.importFunc("sink", sinkType);
  const named = outer.named.map(([name, index]) => ({ name, sort: "type", index }) as const);
  const bells = { name: "bell", sort: "func", index: bell } as const;
  const inner = outer.instantiate(outer.component(calleeBuilder(callee).tree()), [
    ...named,
    bells,
    { name: "sink", sort: "func", index: sink },
  ]);
  const f = outer.aliasExport("func", inner, "f");
  const user = outer.instantiate(outer.component(callerBuilder(caller).tree()), [
    ...named,
    bells,
    { name: "f", sort: "func", index: f },
  ]);
  for (const [name, instance, from] of [
    ["run", user, "run"],
    ["poke-caller", user, "poke"],
    ["poke-callee", inner, "poke"],
  ] as const) {
    outer.export({ name, sort: "func", index: outer.aliasExport("func", instance, from) });
  }
  return outer;
}
