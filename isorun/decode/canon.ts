/** Canonical definitions: lift, lower and the built-ins (Binary.md, Canonical Definitions). */
import type { BuiltinRef, CanonOption, CanonRef, PlainBuiltin, StreamBuiltin } from "./ast.ts";
import type { ByteReader } from "./byte-reader.ts";
import { readCoreValType } from "./core-type.ts";
import { readResult } from "./type.ts";

export function readCanon(reader: ByteReader): CanonRef {
  const code = reader.byte();
  if (code === 0x00) {
    if (reader.byte() !== 0x00) reader.failLeadingByte("canonical function lift");
    const func = reader.u32();
    const options = reader.list(readOption);
    return { kind: "lift", func, options, type: reader.u32() };
  }
  if (code === 0x01) {
    if (reader.byte() !== 0x00) reader.failLeadingByte("canonical function lower");
    const func = reader.u32();
    return { kind: "lower", func, options: reader.list(readOption) };
  }
  const read = builtins[code];
  return read === undefined ? reader.failLeadingByte("canonical function") : { kind: "builtin", builtin: read(reader) };
}

const indexed = { 0x03: "memory", 0x04: "realloc", 0x05: "post-return", 0x07: "callback" } as const;
const plain = { 0x00: "utf8", 0x01: "utf16", 0x02: "latin1-utf16", 0x06: "async" } as const;

function readOption(reader: ByteReader): CanonOption {
  const code = reader.byte();
  if (code in indexed) return { kind: indexed[code as keyof typeof indexed], index: reader.u32() }; // `in` has shown it
  if (code in plain) return { kind: plain[code as keyof typeof plain] };
  return reader.failLeadingByte("canonical option");
}

type ReadBuiltin = (reader: ByteReader) => BuiltinRef;

const ofNothing =
  (name: PlainBuiltin): ReadBuiltin =>
  () => ({ name });
const ofType =
  (name: StreamBuiltin | "resource.new" | "resource.drop" | "resource.rep"): ReadBuiltin =>
  (reader) => ({ name, type: reader.u32() });
const ofCopy =
  (name: "stream.read" | "stream.write" | "future.read" | "future.write"): ReadBuiltin =>
  (reader) => {
    const type = reader.u32();
    return { name, type, options: reader.list(readOption) };
  };
const ofCancel =
  (name: "stream.cancel-read" | "stream.cancel-write" | "future.cancel-read" | "future.cancel-write"): ReadBuiltin =>
  (reader) => {
    const type = reader.u32();
    return { name, type, isAsync: reader.boolean() };
  };
const ofThread =
  (name: (BuiltinRef & { readonly name: `thread.${"suspend" | "yield"}${string}` })["name"]): ReadBuiltin =>
  (reader) => ({ name, isCancellable: reader.boolean() });
const ofContext =
  (name: "context.get" | "context.set"): ReadBuiltin =>
  (reader) => {
    const type = readCoreValType(reader);
    return { name, type, slot: reader.u32() };
  };
const ofErrorContext =
  (name: "error-context.new" | "error-context.debug-message"): ReadBuiltin =>
  (reader) => ({ name, options: reader.list(readOption) });
const ofWaitableSet =
  (name: "waitable-set.wait" | "waitable-set.poll"): ReadBuiltin =>
  (reader) => {
    const isCancellable = reader.boolean();
    return { name, isCancellable, memory: reader.u32() };
  };

const builtins: Readonly<Record<number, ReadBuiltin>> = {
  0x02: ofType("resource.new"),
  0x03: ofType("resource.drop"),
  0x04: ofType("resource.rep"),
  0x05: ofNothing("task.cancel"),
  0x06: (reader) => ({ name: "subtask.cancel", isAsync: reader.boolean() }),
  0x09: (reader) => {
    const result = readResult(reader);
    return { name: "task.return", result, options: reader.list(readOption) };
  },
  0x0a: ofContext("context.get"),
  0x0b: ofContext("context.set"),
  0x0c: ofThread("thread.yield"),
  0x0d: ofNothing("subtask.drop"),
  0x0e: ofType("stream.new"),
  0x0f: ofCopy("stream.read"),
  0x10: ofCopy("stream.write"),
  0x11: ofCancel("stream.cancel-read"),
  0x12: ofCancel("stream.cancel-write"),
  0x13: ofType("stream.drop-readable"),
  0x14: ofType("stream.drop-writable"),
  0x15: ofType("future.new"),
  0x16: ofCopy("future.read"),
  0x17: ofCopy("future.write"),
  0x18: ofCancel("future.cancel-read"),
  0x19: ofCancel("future.cancel-write"),
  0x1a: ofType("future.drop-readable"),
  0x1b: ofType("future.drop-writable"),
  0x1c: ofErrorContext("error-context.new"),
  0x1d: ofErrorContext("error-context.debug-message"),
  0x1e: ofNothing("error-context.drop"),
  0x1f: ofNothing("waitable-set.new"),
  0x20: ofWaitableSet("waitable-set.wait"),
  0x21: ofWaitableSet("waitable-set.poll"),
  0x22: ofNothing("waitable-set.drop"),
  0x23: ofNothing("waitable.join"),
  0x24: ofNothing("backpressure.inc"),
  0x25: ofNothing("backpressure.dec"),
  0x26: ofNothing("thread.index"),
  0x27: (reader) => {
    const type = reader.u32();
    return { name: "thread.new-indirect", type, table: reader.u32() };
  },
  0x28: ofNothing("thread.resume-later"),
  0x29: ofThread("thread.suspend"),
  0x2a: ofThread("thread.suspend-then-resume"),
  0x2b: ofThread("thread.yield-then-resume"),
  0x2c: ofThread("thread.suspend-then-promote"),
  0x2d: ofThread("thread.yield-then-promote"),
  0x40: (reader) => {
    const isShared = reader.boolean();
    return { name: "thread.spawn-ref", isShared, type: reader.u32() };
  },
  0x41: (reader) => {
    const isShared = reader.boolean();
    const type = reader.u32();
    return { name: "thread.spawn-indirect", isShared, type, table: reader.u32() };
  },
  0x42: (reader) => ({ name: "thread.available-parallelism", isShared: reader.boolean() }),
};
