/** Our own scripts under wasmtime: what we expect of ourselves, a peer does too. Traps and refusals by whatever words. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { oraclePython } from "../../tools/oracles.ts";
import type { Command } from "../conformance/commands.ts";
import { assembleFiles, readOwnScripts } from "./assemble.ts";
import { componentTexts } from "./script-text.ts";

/** What wasmtime's Python does otherwise, and why. */
const otherwise: Readonly<Record<string, string>> = {
  exports: "it exports no import again, no component, and no resource as an abstract one beside itself",
  indices: "it exports no import again",
  "core-globals":
    "it takes no global of a type below that of the import, where WebAssembly 3.0 does (3.3, Global Types)",
  names: "it exports no import again",
  "fixed-lists": "its settings know no lists of a fixed length",
  "between-components/gated-types": "its settings know no lists of a fixed length",
  "handles/ascribed": "it exports no resource as an abstract one, where Explainer.md (Type Definitions) does",
  "lists/of-fixed-length": "its settings know no lists of a fixed length",
  "lists/maps": "its values know no maps",
  "entering/back-into-the-child": "it lets a parent back into the child that called it, where CanonicalABI.md traps",
  "between-components/largest": "it hands on strings and lists of 2^28 bytes, where CanonicalABI.md traps",
  "between-components/own-function": "it lets no component call its own lifted functions, where CanonicalABI.md does",
  "post-return/between-components": "it lets post-return call out where another component called",
};

const folders = await Promise.all(["abi", "validation", "open"].map(readOwnScripts));
const scripts = folders.flat();
const pathOf = await assembleFiles(scripts.flatMap(({ commands }) => componentTexts(commands)));
const withPaths = (command: Command) =>
  "filename" in command ? { ...command, filename: pathOf(command.filename) } : command;

async function runAll(): Promise<Readonly<Record<string, readonly string[]>>> {
  const jobs = scripts.map(({ name, commands }) => ({ name, commands: commands.map(withPaths) }));
  const child = Bun.spawn([await oraclePython(), "-I", join(import.meta.dir, "run_under_wasmtime.py")], {
    stdin: new TextEncoder().encode(JSON.stringify(jobs)),
    stdout: "pipe",
    stderr: "inherit",
  });
  return (await child.stdout.json()) as Record<string, readonly string[]>; // what the program prints
}

const answers = await runAll();

test.each(scripts.map(({ name }) => name))("%s", (name) => {
  if (otherwise[name] === undefined) expect(answers[name]).toEqual([]);
  else expect(answers[name]).not.toEqual([]);
});
