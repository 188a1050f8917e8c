/**
 * A gate is a core function in front of a lifted one of scalars: it enters the instance, calls, and leaves it again, with
 * its books in the memory of states. JavaScript in front of core code costs more for each store than core code does, and
 * engines call core code from it without looking anything up. A call that is not quick (edge.ts), or may not enter, is
 * handed on to the host, with the same arguments.
 *
 * What it has entered must be left, whatever the core function does with the native stack. So its frame is as large as
 * what its end takes (stack-room.ts), for a call of many parameters that is never made: a stack without room for that
 * overflows in front of the gate's first instruction.
 */
import { CodeWriter } from "../adapter/code-writer.ts";
import { GeneratedModules } from "../adapter/generated-modules.ts";
import { ModuleWriter } from "../adapter/module-writer.ts";
import { dutyAddress, runningAddress, stateOffsets } from "../adapter/state-memory.ts";
import type { FuncType, ValueType } from "../types/component-types.ts";
import { type FlatFuncType, flatParamsMax, flattenFunc } from "../types/flatten.ts";
import type { Edge } from "./edge.ts";

/** Of 64 bits. */
const callsPlace = { memory: 0, offset: stateOffsets.calls };

const isScalar = ({ kind, ...type }: ValueType): boolean =>
  kind === "primitive" && "primitive" in type && type.primitive !== "string" && type.primitive !== "error-context";

/** Lifting the result cannot fail: by then the gate has left. */
const isPlain = (type: ValueType): boolean => isScalar(type) && !("primitive" in type && type.primitive === "char");

/** Whether nothing but scalars passes, so that lowering and lifting run no code of the guest or of the caller. */
export const canGate = ({ params, result }: FuncType): boolean =>
  params.length <= flatParamsMax &&
  params.every(({ type }) => isScalar(type)) &&
  (result === undefined || isPlain(result));

type Func = (...flat: unknown[]) => unknown;

/** No instance has the place 0, of which it is called: as much as core functions may have, and more than its end takes. */
const roomType: FlatFuncType = { params: Array.from({ length: 800 }, () => "i64" as const), results: [] };

const modules = new GeneratedModules();

/** @param core of the type that `type` is flattened to @param memory of states */
export function gateOf(type: FuncType, edge: Edge, { core, memory }: { core: Func; memory: WebAssembly.Memory }): Func {
  const flat = flattenFunc(type, { role: "lift", isAsync: false, hasCallback: false });
  const key = `${flat.params.join()}:${flat.results.join()}`;
  const module = modules.get(key, () => writeGate(flat));
  const imports = {
    core,
    slow: (...given: unknown[]) => edge.slowly(() => core(...given)),
    settle: () => edge.settleDuty(),
    state: memory,
    place: edge.root.place,
  };
  const { exports } = new WebAssembly.Instance(module, { "": imports });
  return exports["f"] as Func; // what a gate exports
}

function writeGate(type: FlatFuncType): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const core = module.importFunc("core", type);
  const slow = module.importFunc("slow", type);
  const settle = module.importFunc("settle", { params: [], results: [] });
  const memory = module.importMemory("state");
  const place = module.importConstant("place");
  const room = module.addFunc({ type: roomType, locals: [], code: [] });
  const code = new CodeWriter(type.params);
  const callWithParams = (func: number): void => {
    for (const param of code.params) code.get(param);
    code.call(func);
  };
  const word = (address: number): CodeWriter => code.i32(address).at("i32.load", { memory, offset: 0 });
  const store = (offset: number, value: number): CodeWriter =>
    code.constant(place).i32(value).at("i32.store", { memory, offset });
  code.constant(place).at("i32.load", { memory, offset: stateOffsets.mayEnter }).op("i32.eqz");
  code.constant(place).at("i32.load", { memory, offset: stateOffsets.hasEnded }).op("i32.or");
  word(runningAddress).op("i32.or");
  code.if(() => {
    code.constant(place).op("i32.eqz");
    code.if(() => {
      for (const _ of roomType.params) code.i64(0);
      code.call(room);
    });
    callWithParams(slow);
    code.op("return");
  });
  store(stateOffsets.mayEnter, 0);
  code.constant(place).constant(place).at("i32.store", { memory, offset: stateOffsets.holder });
  code.i32(runningAddress).constant(place).at("i32.store", { memory, offset: 0 });
  code.constant(place).constant(place).at("i64.load", callsPlace).i64(1).op("i64.add").at("i64.store", callsPlace);
  // The result stays on the stack.
  callWithParams(core);
  store(stateOffsets.mayEnter, 1);
  code.i32(runningAddress).i32(0).at("i32.store", { memory, offset: 0 });
  word(dutyAddress);
  code.if(() => code.call(settle));
  return module.finish(module.addFunc({ type, locals: code.locals, code: code.code }));
}
