import { expect, test } from "bun:test";
import { TrapError } from "../errors/errors.ts";
import { type CoreFrame, framesOf } from "./trap-frames.ts";
import { trapOf } from "./trap-of.ts";

/** What is told of a trace of these lines. */
function coreFrames(...lines: readonly string[]): readonly CoreFrame[] {
  const seen: CoreFrame[] = [];
  const frames = {
    has: () => true,
    of(frame: CoreFrame) {
      seen.push(frame);
      return undefined;
    },
  };
  const error = new WebAssembly.RuntimeError("unreachable");
  const stack = ["RuntimeError: unreachable", ...lines, "run (file.js:1:1)"].join("\n    at ");
  Object.defineProperty(error, "stack", { value: stack });
  framesOf(error, [{ name: "one", frames, indexShift: 0 }]);
  return seen;
}

const hash = "0123abcd";

test.each<[string, CoreFrame | undefined]>([
  [`wasm://wasm/${hash}:wasm-function[1]:0x1f`, { module: "", func: undefined, index: 1 }],
  [`wasm://wasm/m-${hash}:wasm-function[1]:0x1f`, { module: "m", func: undefined, index: 1 }],
  [`run (wasm://wasm/${hash}:wasm-function[7]:0x1f)`, { module: "", func: "run", index: 7 }],
  [`m.run (wasm://wasm/m-${hash}:wasm-function[7]:0x1f)`, { module: "m", func: "run", index: 7 }],
  [`m (wasm://wasm/m-${hash}:wasm-function[7]:0x1f)`, { module: "m", func: undefined, index: 7 }],
  [
    `a (wasm://wasm/b (wasm://wasm/a-b-${hash}:wasm-function[7]:0x1f)`,
    { module: "a-b", func: "a (wasm://wasm/b", index: 7 },
  ],
  [`x wasm://wasm/${hash}:wasm-function[1]:0x1f`, undefined],
  [`run (wasm://wasm/m${hash}:wasm-function[7]:0x1f)`, undefined],
  [`run (wasm://wasm/${hash}:wasm-function[x]:0x1f)`, undefined],
  ["m.wasm-function[run] (native)", { module: "m", func: "run", index: undefined }],
  ["<?>.wasm-function[12] (native)", { module: "", func: undefined, index: 12 }],
  ["m.wasm-function[]@[wasm code]", { module: "m", func: undefined, index: undefined }],
  ["m.wasm-function[a.wasm-function[b]] (native)", { module: "m", func: "a.wasm-function[b]", index: undefined }],
  ["m.wasm-function] (native)", undefined],
  ["m.wasm-function[x (native)", undefined],
])("a line of a trace: %s", (line, frame) => {
  expect(coreFrames(line)).toEqual(frame === undefined ? [] : [frame]);
});

// A pattern that begins again at each of them would take minutes.
const many = 300_000;

test.each([" (wasm://wasm/", ".wasm-function[", "-", "0", "] (native)"])("a name of many '%s'", (part) => {
  const name = part.repeat(many);
  const [jsc, v8] = coreFrames(
    `m.wasm-function[n${name}] (native)`,
    `n${name}. (wasm://wasm/m-${hash}:wasm-function[3]:0x1)`,
  );
  expect(jsc?.func).toBe(`n${name}`);
  expect(v8).toEqual({ module: "m", func: `n${name}.`, index: 3 });
});

test("only the end of the stack is told as the depth of calls", () => {
  const overflow = new RangeError("Maximum call stack size exceeded.");
  expect(trapOf(undefined, overflow)).toMatchObject({ code: "budget-exhausted", field: "maxCallDepth" });
  const other = trapOf(undefined, new RangeError("Invalid array length"));
  expect(other).toBeInstanceOf(TrapError);
  expect(other.message).toContain("Invalid array length");
});
