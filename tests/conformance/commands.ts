/**
 * Commands of a test script of the component model, as `wasm-tools json-from-wast` writes them: one JSON file a script,
 * with the components that it names beside it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Numbers are decimal text, floats the decimal text of their bits. */
export interface ScriptValue {
  readonly type: string;
  readonly value?: unknown;
}

export interface Action {
  readonly type: string;
  /** The instance that is asked; without it, the last one. */
  readonly module?: string;
  readonly field: string;
  readonly args: readonly ScriptValue[];
}

export interface ComponentFile {
  readonly filename: string;
  readonly module_type?: "binary" | "text";
}

export type Command = { readonly line: number } & (
  | ({ readonly type: "module" | "module_definition"; readonly name?: string } & ComponentFile)
  | { readonly type: "module_instance"; readonly instance?: string; readonly module?: string }
  | { readonly type: "assert_return"; readonly action: Action; readonly expected: readonly ScriptValue[] }
  | { readonly type: "assert_trap"; readonly action: Action; readonly text: string }
  | ({
      readonly type: "assert_invalid" | "assert_malformed" | "assert_uninstantiable";
      readonly text: string;
    } & ComponentFile)
  | { readonly type: "action"; readonly action: Action }
);

export interface Script {
  /** Where it stands below the folder of the suite, without an extension. */
  readonly name: string;
  readonly commands: readonly Command[];
  readonly read: (filename: string) => Uint8Array;
}

/** A file that `wasm-tools json-from-wast` did not write. */
export class ScriptFormatError extends Error {
  constructor(path: string) {
    super(`'${path}' is no converted script`);
  }
}

/** All scripts at or below a folder, by name. @throws ScriptFormatError */
export function readScripts(folder: string): readonly Script[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".json"));
  return paths.sort().map((path) => readScript(folder, join(folder, path)));
}

function readScript(folder: string, path: string): Script {
  const commands = commandsIn(readFileSync(path, "utf8"));
  if (commands === undefined) throw new ScriptFormatError(path);
  const name = relative(folder, path).replace(/\.json$/, "");
  return { name, commands, read: (filename) => readFileSync(join(dirname(path), filename)) };
}

function commandsIn(text: string): readonly Command[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || !("commands" in parsed)) return undefined;
    return Array.isArray(parsed.commands) ? (parsed.commands as readonly Command[]) : undefined; // the tool's format
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
