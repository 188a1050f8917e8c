/** Modules that are compiled with their memories as imports are refused as they stand. */
import { expect, test } from "bun:test";
import { beginCompiling, compileNow, importedMemoriesOf } from "./compile-modules.ts";

/** With a memory of these limits, and a function of type () → () with this body. */
function moduleWith({ limits = [0, 1], body = [] }: { limits?: readonly number[]; body?: readonly number[] }) {
  const code = [1, body.length + 2, 0, ...body, 0x0b];
  const memories = [5, limits.length + 1, 1, ...limits];
  const types = [1, 4, 1, 0x60, 0, 0];
  return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...types, 3, 2, 1, 0, ...memories, 10, code.length, ...code]);
}

const wordsOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    // Behind it JavaScriptCore tells which expression was evaluated.
    return error instanceof WebAssembly.CompileError ? error.message.replace(/ \(evaluating .*/u, "") : error;
  }
};

test("a valid one imports its memory", async () => {
  const expected = { namespace: "isorun:memories", memories: [{ minimum: 1, maximum: undefined }] };
  for (const module of [compileNow(moduleWith({})), await beginCompiling(moduleWith({}))]) {
    expect(importedMemoriesOf(module)).toEqual(expected);
  }
});

test.each([
  ["an operand that is missing", { body: [0x1a] }],
  ["a label that is not there", { body: [0x0c, 9] }],
  ["a memory whose maximum is below its minimum", { limits: [1, 5, 1] }],
])("%s is told of with the engine's words for the module itself", async (_, parts) => {
  const bytes = moduleWith(parts);
  const words = wordsOf(() => new WebAssembly.Module(bytes));
  expect(words).toEqual(expect.any(String));
  expect(wordsOf(() => compileNow(bytes))).toBe(words);
  const refusal = await WebAssembly.compile(bytes).catch((error: unknown) => error);
  expect(await beginCompiling(bytes).catch((error: unknown) => error)).toEqual(refusal);
});
