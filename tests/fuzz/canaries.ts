/**
 * Bugs that are planted to see whether the fuzzer notices: a text in a module of the engine, and what stands in its place
 * in the process that runs the cases. The files themselves are never touched.
 */
import { join } from "node:path";

export interface Canary {
  /** The kind of cases that must find it. */
  readonly kind: string;
  /** In the folder isorun. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** It must have shown after so many, where they take longer than others. */
  readonly cases?: number;
}

export const canaries: Readonly<Record<string, Canary>> = {
  "indices behind the end of their space": {
    kind: "component",
    file: "validate/index-space.ts",
    from: "if (item !== undefined) return item;",
    to: "if (item !== undefined || index > 0) return item as T;",
  },
  "chars that are none": {
    kind: "lift",
    file: "call/lift-source.ts",
    from: "char: (value) => `cx.liftChar(${value} >>> 0)`",
    to: "char: (value) => `String.fromCodePoint(${value} & 0xffff)`",
  },
  "options in options that are never none": {
    kind: "lower",
    file: "call/lower-source.ts",
    from: '? ["none", "some"]',
    to: '? ["some", "none"]',
  },
  "lists at any address between components": {
    kind: "adapter",
    file: "adapter/copying.ts",
    from: '.if(() => fail("wasm trap: unaligned pointer"));',
    to: ".if(() => undefined);",
  },
  "handles of another resource": {
    kind: "handles",
    file: "call/handle-table.ts",
    from: "if (handle.resource !== resource)",
    to: "if (handle.resource !== resource && index > 8)",
  },
  "types that the metering appended": {
    kind: "rewrite",
    file: "compile/code-cursor.ts",
    from: "if (index >= typeCount)",
    to: "if (index >= typeCount + 1)",
  },
  "loops that nobody pays for": {
    kind: "loops",
    file: "compile/fuel-regions.ts",
    from: "this.#output.append(toOuterLoop);\n    this.#charge(region);",
    to: "this.#output.append(toOuterLoop);",
  },
  "branches of a table that lead where they did before the metering": {
    kind: "loops",
    file: "compile/rewrite-function.ts",
    from: 'cursor.fail("unexpected end");\n          this.#label();',
    to: 'cursor.fail("unexpected end");\n          cursor.u32();',
  },
  "handlers that lead where they did before the metering": {
    kind: "loops",
    file: "compile/rewrite-function.ts",
    from: "if (kind < 2) cursor.skipLeb();\n      this.#label();",
    to: "if (kind < 2) cursor.skipLeb();\n      cursor.u32();",
  },
  "branches back that go past the latch": {
    kind: "loops",
    file: "compile/label-frames.ts",
    from: "(this.areLatched[target] ?? 0)",
    to: "2 * (this.areLatched[target] ?? 0)",
  },
  "regions behind branches that nobody pays for": {
    kind: "fuel",
    file: "compile/fuel-regions.ts",
    from: "this.#open();\n    this.#charge(this.#current);",
    to: "this.#open();",
  },
  "handles of another resource that go through a link": {
    kind: "links",
    file: "call/handle-table.ts",
    from: "if (handle.resource !== resource)",
    to: "if (handle.resource !== resource && index > 4)",
  },
  "files that nobody closes": {
    kind: "files",
    file: "wasi/filesystem/open-file.ts",
    from: "files.closeSync(this.#fd);",
    to: "",
    cases: 32,
  },
  "numbers of characters that are read as decimal": {
    kind: "wave",
    file: "wave/read-text.ts",
    from: "Number.parseInt(escape.slice(3, -1), 16)",
    to: "Number.parseInt(escape.slice(3, -1), 10)",
  },
};

/** Modules that are imported from now on have the bug. @throws Error where its text is not there exactly once */
export function plant(name: string): void {
  const canary = canaries[name];
  if (canary === undefined) throw new Error(`no canary '${name}'`);
  const path = join(import.meta.dir, "../../isorun", canary.file);
  Bun.plugin({
    name: "canary",
    setup: (build) => {
      build.onLoad({ filter: new RegExp(`${RegExp.escape(path)}$`) }, async () => {
        const source = await Bun.file(path).text();
        const parts = source.split(canary.from);
        if (parts.length !== 2) throw new Error(`${canary.file} has the text of the canary ${parts.length - 1} times`);
        return { contents: parts.join(canary.to), loader: "ts" };
      });
    },
  });
}
