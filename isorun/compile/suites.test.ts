/**
 * Core modules from elsewhere, in a directory that a variable names: alone, and within components. What the engine
 * takes it takes rewritten, too.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeCoreModule } from "../core-module/core-module.ts";
import { ByteReader } from "../decode/byte-reader.ts";
import { DecodeError, UnsupportedError } from "../errors/errors.ts";
import { rewriteCoreModule } from "./rewrite-module.ts";

const directory = process.env.ISORUN_CORE_MODULES;

function* coreModules(bytes: Uint8Array): Generator<Uint8Array> {
  const isCore = bytes[4] === 1 && bytes[6] === 0;
  if (isCore) yield bytes;
  if (isCore || bytes[4] !== 0x0d) return;
  for (const contents of malformed(() => sectionsOf(bytes)) ?? []) yield* coreModules(contents);
}

/** Of a component: those that are modules and components. */
function sectionsOf(bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  const reader = new ByteReader(bytes, 8);
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const contents = reader.take(reader.u32());
    if (id === 1 || id === 4) found.push(contents);
  }
  return found;
}

const validates = (bytes: Uint8Array): boolean => WebAssembly.validate(bytes.slice());

describe.skipIf(directory === undefined)("core modules of a directory", () => {
  const files = readdirSync(directory ?? ".", { recursive: true, encoding: "utf8" });
  for (const file of directory === undefined ? [] : files.filter((name) => name.endsWith(".wasm")).sort()) {
    test(file, () => {
      for (const bytes of coreModules(new Uint8Array(readFileSync(join(directory ?? ".", file))))) {
        if (!validates(bytes)) continue;
        for (const callDepth of [false, true]) {
          const rewrite = () => rewriteCoreModule(decodeCoreModule(bytes), { fuel: true, growth: true, callDepth });
          const rewritten = attempt(rewrite);
          if (rewritten !== undefined) expect(validates(rewritten.bytes)).toBe(true);
        }
      }
    });
  }
});

/** Undefined where components are broken on purpose. */
const malformed = <T>(action: () => T): T | undefined => unless(action, DecodeError);

/** Undefined for what cannot be metered. */
const attempt = <T>(action: () => T): T | undefined => unless(action, UnsupportedError);

function unless<T>(action: () => T, kind: typeof DecodeError | typeof UnsupportedError): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof kind) return undefined;
    throw error;
  }
}
