/** The texts of scripts: what an entry point becomes, and how a script finds its interpreter. */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { EntryPoint } from "../wheel/dist-info.ts";
import type { envDiagnostics } from "./diagnostics.ts";
import { quoteForShellInPython } from "./quoting.ts";

const problem = problemsOf<typeof envDiagnostics>();

/** Linux cuts the line at 127 bytes before 5.1 and 255 after, other systems at 512; a blank ends the path everywhere. */
const shebangBytesMax = 127;

/**
 * The first lines of a script, with their line end. Where `#!` cannot carry the path, `sh` starts the interpreter: the
 * two lines are a command to the shell and a text without effect to Python.
 */
export function shebangOf(python: string): string {
  const simple = `#!${python}\n`;
  // A path such as `/coding=x/python` would tell Python the encoding of the script (PEP 263).
  const isPlain = !/\s|coding[:=]/.test(python);
  if (isPlain && Buffer.byteLength(simple) <= shebangBytesMax) return simple;
  return `#!/bin/sh\n'''exec' ${quoteForShellInPython(python)} "$0" "$@"\n' '''\n`;
}

/** The script of an entry point: calls the object and ends with what it returns, as its specification says. */
export function scriptOf({ module, attribute }: EntryPoint, python: string): string {
  const [imported = attribute] = attribute.split(".");
  return `${shebangOf(python)}import sys

from ${module} import ${imported}

if __name__ == "__main__":
    if sys.argv[0].endswith(".exe"):
        sys.argv[0] = sys.argv[0][:-4]
    sys.exit(${attribute}())
`;
}

/** A script of `.data/scripts` whose first line starts with `#!python` gets the environment's interpreter. */
export function rewriteScript(content: Buffer, python: string): Buffer {
  if (content.subarray(0, 8).toString("latin1") !== "#!python") return content;
  const end = content.indexOf("\n");
  const rest = end === -1 ? Buffer.alloc(0) : content.subarray(end + 1);
  return Buffer.concat([Buffer.from(shebangOf(python)), rest]);
}

/** The most that file systems of all platforms let a name have. */
const nameBytesMax = 255;

/** Names of scripts are plain file names. @throws E_ENV_SCRIPT_NAME */
export function checkScriptName(name: string, wheel: string): void {
  const isPlain = !/[/\\\0]/.test(name) && name !== "." && name !== "..";
  if (isPlain && Buffer.byteLength(name) <= nameBytesMax) return;
  throw problem("E_ENV_SCRIPT_NAME", { wheel, name });
}
