/** A wasmtime that goes on, with one instance of a component, in a process of the oracles' Python. */
import { join } from "node:path";
import { oraclePython } from "../../tools/oracles.ts";

export interface WasmtimeCalls {
  readonly version: string;
  /** Calls an export with numbers. @returns what it gave, as text, and how long that took */
  call(name: string, args: readonly number[]): Promise<{ readonly result: string; readonly durationMs: number }>;
}

/** @param path of the component's binary */
export async function openWasmtime(path: string): Promise<WasmtimeCalls> {
  const python = await oraclePython();
  const asked = Bun.spawnSync([python, "-I", "-c", 'import importlib.metadata as m; print(m.version("wasmtime"))']);
  // It ends with its standard input, which is when this process ends.
  const child = Bun.spawn([python, "-I", join(import.meta.dir, "calls_under_wasmtime.py"), path], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  child.unref();
  const lines = readLines(child.stdout);
  return {
    version: asked.stdout.toString().trim(),
    call: async (name, args) => {
      void child.stdin.write(`${[name, ...args].join(" ")}\n`);
      void child.stdin.flush();
      const { value, done = true } = await lines.next();
      if (done) throw new Error(`wasmtime ended while it was to call '${name}'`);
      const [result = "", nanoseconds = ""] = value.split(" ");
      return { result, durationMs: Number(nanoseconds) / 1e6 };
    },
  };
}

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
