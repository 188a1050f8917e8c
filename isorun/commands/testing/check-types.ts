/** Checks a file by the compiler of this repository, with all of its strictness. */
import { join } from "node:path";

const compiler = join(import.meta.dir, "..", "..", "..", "node_modules", ".bin", "tsc");

const strictness = [
  "--strict",
  "--exactOptionalPropertyTypes",
  "--noUncheckedIndexedAccess",
  "--noPropertyAccessFromIndexSignature",
  "--noImplicitOverride",
  "--isolatedModules",
  "--verbatimModuleSyntax",
  "--erasableSyntaxOnly",
];

/** What it says, and nothing if all is well. Declarations of libraries are checked too. */
export function checkTypes(cwd: string, files: readonly string[]): string {
  const target = ["--target", "esnext", "--module", "preserve", "--lib", "esnext", "--types", ""];
  const flags = ["--noEmit", "--allowImportingTsExtensions", ...strictness, ...target];
  return Bun.spawnSync([compiler, ...flags, ...files], { cwd }).stdout.toString();
}
