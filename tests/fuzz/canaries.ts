/** Bugs that are planted to see whether the fuzzer notices, and which kind of cases must. */
import { type PlantedText, plantText } from "./plant-text.ts";

interface Canary extends PlantedText {
  /** The kind of cases that must find it. */
  readonly kind: string;
  /** It must have shown after so many, where they take longer than others. */
  readonly cases?: number;
  /** What is accepted or refused wrongly: only who compares it with wasmtime can see that. */
  readonly isJudged?: boolean;
  /** No case shows it alone: what is found is a batch, and how it ended. */
  readonly batchEnd?: RegExp;
  readonly batchLimitMs?: number;
}

export const canaries: Readonly<Record<string, Canary>> = {
  "indices behind the end of their space": {
    kind: "component",
    file: "validate/index-space.ts",
    from: "if (item !== undefined) return item;",
    to: "if (item !== undefined || index > 0) return item as T;",
  },
  "exports of instances that are not there": {
    kind: "known",
    file: "validate/alias.ts",
    from: "if (found === undefined) throw new ValidationError(`instance ${instance} has no export",
    to: "if (found?.kind === undefined && offset === 0) throw new ValidationError(`instance ${instance} has no export",
  },
  "names that stand twice": {
    kind: "component",
    file: "validate/extern-list.ts",
    from: "if (previous !== undefined) {",
    to: "if (previous !== undefined && offset === 0) {",
    isJudged: true,
  },
  "outer aliases of resources that are others in each instance": {
    kind: "known",
    file: "validate/alias.ts",
    from: "checkResources(scope, { found, target, offset });",
    to: "",
    isJudged: true,
  },
  "core arguments of another type": {
    kind: "known",
    file: "validate/instantiate.ts",
    from: "const mismatch = coreMismatch(found, type);",
    to: "const mismatch = undefined;",
    cases: 128,
    isJudged: true,
  },
  "chars that are none": {
    kind: "lift",
    file: "call/lift-source.ts",
    from: "char: (value) => `cx.liftChar(${value} >>> 0)`",
    to: "char: (value) => `String.fromCodePoint(${value} & 0xffff)`",
  },
  "chars of components that somebody wrote": {
    kind: "run",
    file: "call/lift-source.ts",
    from: "char: (value) => `cx.liftChar(${value} >>> 0)`",
    to: "char: (value) => `String.fromCodePoint(${value} & 0xffff)`",
    cases: 512,
  },
  "options in options that are never none": {
    kind: "lower",
    file: "call/read-source.ts",
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
    from: "output.append(toOuterLoopIfLess);\n      this.#charge(head);\n      output.append(again);",
    to: "output.append(toOuterLoopIfLess);\n      output.append(again);",
    cases: 32,
  },
  "loops that are given what they have to pay from the fuel that they hold": {
    kind: "loops",
    file: "compile/fuel-regions.ts",
    from: "output.byte(subtract);\n      this.#access(localTee);",
    to: "output.byte(0x7c);\n      this.#access(localTee);",
    cases: 64,
  },
  "branches of a table that lead where they did before the metering": {
    kind: "loops",
    file: "compile/rewrite-branches.ts",
    from: 'cursor.fail("unexpected end");\n          this.label();',
    to: 'cursor.fail("unexpected end");\n          cursor.u32();',
    cases: 64,
  },
  "handlers that lead where they did before the metering": {
    kind: "loops",
    file: "compile/rewrite-branches.ts",
    from: "if (kind < 2) cursor.skipLeb();\n      this.label();",
    to: "if (kind < 2) cursor.skipLeb();\n      cursor.u32();",
    cases: 64,
  },
  "branches back that go past the latch": {
    kind: "loops",
    file: "compile/label-frames.ts",
    from: "(this.areLatched[target] ?? 0)",
    to: "2 * (this.areLatched[target] ?? 0)",
    cases: 32,
  },
  "regions behind branches that nobody pays for": {
    kind: "fuel",
    file: "compile/fuel-regions.ts",
    from: "if (this.#frames.loop === noLoop) this.#charge(this.#current);",
    to: "if (this.#frames.loop === noLoop) return;",
    cases: 32,
  },
  "regions behind branches that are paid for twice": {
    kind: "fuel",
    file: "compile/fuel-regions.ts",
    from: "else this.held.charge(this.#current);",
    to: "else this.held.charge(this.#current);\n    this.#charge(this.#current);",
    cases: 32,
  },
  "fuel that a way out of a loop does not give back": {
    kind: "fuel",
    file: "compile/held-fuel.ts",
    from: "else this.#code.giveBack();\n  }\n\n  /** The same at the head",
    to: "}\n\n  /** The same at the head",
    cases: 64,
  },
  "fuel that is given back more than once": {
    kind: "fuel",
    file: "compile/loop-code.ts",
    from: "this.#global(globalSet);\n    this.#number(0);\n    this.#local(localSet);",
    to: "this.#global(globalSet);",
    cases: 64,
  },
  "handles of another resource that go through a link": {
    kind: "links",
    file: "call/handle-table.ts",
    from: "if (handle.resource !== resource)",
    to: "if (handle.resource !== resource && index > 4)",
    cases: 64,
  },
  "files that nobody closes": {
    kind: "files",
    file: "wasi/filesystem/open-file.ts",
    from: "files.closeSync(this.#fd);",
    to: "",
    cases: 8,
  },
  "changes of what may only be read": {
    kind: "files",
    file: "wasi/filesystem/rights.ts",
    from: "readOnly: Rights = { canWrite: false,",
    to: "readOnly: Rights = { canWrite: true,",
    cases: 32,
  },
  "paths up that go on outside": {
    kind: "files",
    file: "wasi/filesystem/walk.ts",
    from: 'if (left === undefined) this.#refuseToLeave("..");\n    files.closeSync(left.fd);',
    to: `if (left !== undefined) return files.closeSync(left.fd);
      const fd = files.openSync(this.placeOf(".."), directoryFlags);
      this.#directories.push({ fd, rights: { canWrite: false, inner: new Map() } });`,
    cases: 32,
  },
  "links that are followed outside": {
    kind: "files",
    file: "wasi/filesystem/walk.ts",
    from: 'if (path.startsWith("/")) this.#refuseToLeave(path);',
    to: `if (path.includes("fuzz-files-")) {
        const fd = files.openSync("/", directoryFlags);
        this.#directories.push({ fd, rights: { canWrite: false, inner: new Map() } });
      } else if (path.startsWith("/")) this.#refuseToLeave(path);`,
    cases: 64,
  },
  "a process that dies of what many cases add up to": {
    kind: "wave",
    file: "wave/parse.ts",
    from: "const value = readValue(cursor, type);",
    to: `Object.assign(globalThis, { parsed: (Reflect.get(globalThis, "parsed") ?? 0) + 1 });
      if (Reflect.get(globalThis, "parsed") > 400) {
        console.error("last words");
        process.kill(process.pid, "SIGKILL");
      }
      const value = readValue(cursor, type);`,
    batchEnd: /alone: the process ended: SIGKILL\nlast words$/,
  },
  "a process that hangs of what many cases add up to": {
    kind: "wave",
    file: "wave/parse.ts",
    from: "const value = readValue(cursor, type);",
    to: `Object.assign(globalThis, { parsed: (Reflect.get(globalThis, "parsed") ?? 0) + 1 });
      while (Reflect.get(globalThis, "parsed") > 400);
      const value = readValue(cursor, type);`,
    batchEnd: /alone: no answer within 1500 ms$/,
    batchLimitMs: 1500,
  },
  "numbers of characters that are read as decimal": {
    kind: "wave",
    file: "wave/read-text.ts",
    from: "Number.parseInt(escape.slice(3, -1), 16)",
    to: "Number.parseInt(escape.slice(3, -1), 10)",
  },
};

/** @throws Error where there is no such canary, or its text is not there exactly once */
export function plant(name: string): void {
  const canary = canaries[name];
  if (canary === undefined) throw new Error(`no canary '${name}'`);
  plantText(canary);
}
