/** Checks a file by the compiler of this repository, with all of its strictness. */
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dir, "..", "..", "..");
const packages = join(repository, "node_modules");

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

/**
 * What it says, and nothing if all is well. Declarations of libraries are checked too; `@vivarium/isorun` is found, as in
 * a project that depends on it.
 */
export function checkTypes(cwd: string, files: readonly string[]): string {
  const scope = join(cwd, "node_modules", "@vivarium");
  mkdirSync(scope, { recursive: true });
  if (!existsSync(join(scope, "isorun"))) symlinkSync(join(repository, "isorun"), join(scope, "isorun"));
  const target = ["--target", "esnext", "--module", "preserve", "--lib", "esnext"];
  const types = ["--types", "bun", "--typeRoots", join(packages, "@types")];
  const flags = ["--noEmit", "--allowImportingTsExtensions", ...strictness, ...target, ...types];
  return Bun.spawnSync([join(packages, ".bin", "tsc"), ...flags, ...files], { cwd }).stdout.toString();
}
