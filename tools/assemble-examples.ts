/** Writes what examples/greet.wat becomes: its binary, and the declarations of that. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatDeclarations } from "../isorun/commands/declarations.ts";
import { Runtime } from "../isorun/runtime/runtime.ts";
import { assemble } from "../tests/components/assemble.ts";

const folder = join(import.meta.dir, "..", "examples");

/** The contents of each file, by its name. */
export async function assembledExamples(): Promise<ReadonlyMap<string, Uint8Array | string>> {
  const text = await Bun.file(join(folder, "greet.wat")).text();
  const bytes = (await assemble([text]))(text);
  const declarations = formatDeclarations(await new Runtime().load(bytes));
  return new Map<string, Uint8Array | string>([
    ["greet.wasm", bytes],
    ["greet.d.ts", `// Written by tools/assemble-examples.ts.\n\n${declarations}`],
  ]);
}

if (import.meta.main) {
  for (const [name, contents] of await assembledExamples()) writeFileSync(join(folder, name), contents);
}
