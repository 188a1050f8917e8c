/** The copy of strings between two memories, in a module of its own, with an allocator that writes down its calls. */
import type { StringEncoding } from "../../decode/ast.ts";
import { ModuleWriter } from "../module-writer.ts";
import { reasonCode, trapReasons } from "../reasons.ts";
import { stringCopyBody, stringCopyType } from "../string-copy.ts";

export interface StringCopier {
  /** Bytes that are put at the end of the source's memory: nothing may be read behind them. */
  copy(bytes: Uint8Array, units: number): Outcome;
  copyFrom(pointer: number, units: number): Outcome;
}

export type Outcome =
  | { readonly kind: "copied"; readonly bytes: Uint8Array; readonly units: number; readonly calls: readonly Call[] }
  | { readonly kind: "trapped"; readonly reason: string | undefined; readonly calls: readonly Call[] };

/** Of an allocator: the old size, the alignment, the new size. */
export type Call = readonly [number, number, number];

interface Encodings {
  readonly from: StringEncoding;
  readonly to: StringEncoding;
  readonly hasVectors: boolean;
}

const pageBytes = 65_536;
const tag = 0x8000_0000;

export function stringCopier(encodings: Encodings, place = (at: number): number => at): StringCopier {
  const source = new WebAssembly.Memory({ initial: 1 });
  const target = new WebAssembly.Memory({ initial: 1 });
  const [read, written] = [new Uint8Array(source.buffer), new Uint8Array(target.buffer)];
  const calls: Call[] = [];
  let next = 64;
  let reason: string | undefined;
  const realloc = (old: number, ...[oldSize = 0, align = 1, size = 0]: readonly number[]): number => {
    calls.push([oldSize, align, size]);
    const at = place(Math.ceil(next / 8) * 8);
    next = at + size;
    written.copyWithin(at, old, old + Math.min(oldSize, size));
    return at;
  };
  const trap = (code: number): void => {
    reason = trapReasons[code];
  };
  const module = new WebAssembly.Module(writeModule(encodings));
  const { exports } = new WebAssembly.Instance(module, { "": { realloc, trap, source, target } });
  const run = exports["f"] as (pointer: number, units: number) => [number, number]; // its type, below
  const copyFrom = (pointer: number, units: number): Outcome => {
    calls.length = 0;
    next = 64;
    reason = undefined;
    try {
      const [at, length] = run(pointer, units | 0);
      const size = byteLength(encodings.to, length >>> 0);
      return { kind: "copied", bytes: written.slice(at, at + size), units: length >>> 0, calls: [...calls] };
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      return { kind: "trapped", reason, calls: [...calls] };
    }
  };
  const copy = (bytes: Uint8Array, units: number): Outcome => {
    const pointer = (pageBytes - bytes.length) & (encodings.from === "utf8" ? -1 : -2);
    read.fill(0x80, 0, pointer);
    read.set(bytes, pointer);
    return copyFrom(pointer, units);
  };
  return { copy, copyFrom };
}

function byteLength(encoding: StringEncoding, units: number): number {
  if (encoding === "utf16") return units * 2;
  return units >= tag ? (units - tag) * 2 : units;
}

function writeModule({ from, to, hasVectors }: Encodings): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const realloc = module.importFunc("realloc", { params: ["i32", "i32", "i32", "i32"], results: ["i32"] });
  const trap = module.importFunc("trap", { params: ["i32"], results: [] });
  const source = module.importMemory("source");
  const target = module.importMemory("target");
  const body = stringCopyBody({
    from: { memory: source, encoding: from },
    to: { memory: target, encoding: to },
    hasVectors,
    reallocate: (code, push) => {
      push();
      code.call(realloc);
    },
    trap: (code, reason) => code.i32(reasonCode(reason)).call(trap).op("unreachable"),
  });
  return module.finish(module.addFunc({ ...body, type: stringCopyType }));
}
