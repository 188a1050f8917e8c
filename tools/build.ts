/**
 * `npm run build [-- --target bun-linux-x64] [--outfile PATH]`: one executable, dist/vivarium, and dist/isorun and
 * dist/pybun, links to it: it acts by the name it is called by.
 *
 * - bytecode and splitting: a start parses nothing and loads only the chunk it needs; without them the same program
 *   starts three to fifty times slower.
 * - workers (every `*-worker.ts`) are entry points of their own, as `new Worker(new URL("./x-worker.ts", …))` needs.
 * - dotenv and bunfig are off: the working directory of a user must not act on us.
 * - an argument for the runtime, whichever: an executable without one ends before our code where the working directory
 *   was deleted, because the runtime asks for that directory in another way then.
 */
import { existsSync, mkdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dir, "..");

/** Bun itself is 92–121 MB, by platform; our own code must not become a burden beside it. */
const sizeBytesMax = 135_000_000;

/** Of `bun build`, for everything that is measured as it is shipped. */
export const programFlags = [
  "--compile",
  "--bytecode",
  "--minify",
  "--splitting",
  "--format=esm",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  "--compile-exec-argv=--no-install",
] as const;

function buildArguments({ outfile, target }: { outfile: string; target?: string }): string[] {
  const workers = [...new Bun.Glob("*/**/*-worker.ts").scanSync({ cwd: root })].filter(
    (path) => !path.includes("node_modules/"),
  );
  return [
    "build",
    ...programFlags,
    ...(target === undefined ? [] : [`--target=${target}`]),
    "vivarium/entry.ts",
    ...workers.sort(),
    "--outfile",
    outfile,
  ];
}

/** Builds, links the other names beside it (without a target), and answers with the size in bytes; throws where the budget is exceeded. */
export function build({ outfile, target }: { readonly outfile: string; readonly target?: string }): number {
  const targeted = target === undefined ? {} : { target };
  mkdirSync(dirname(outfile), { recursive: true });
  const built = Bun.spawnSync([process.execPath, ...buildArguments({ outfile, ...targeted })], { cwd: root });
  if (built.exitCode !== 0) throw new Error(`bun build failed:\n${built.stderr.toString()}${built.stdout.toString()}`);
  const suffix = existsSync(outfile) ? "" : ".exe";
  const { size } = statSync(outfile + suffix);
  if (size > sizeBytesMax) throw new Error(`${outfile} has ${size} bytes, over its budget of ${sizeBytesMax}`);
  // Only for this machine: one link cannot serve several targets, and on Windows links need a privilege.
  if (target === undefined && suffix === "") for (const name of ["isorun", "pybun"]) linkBeside(outfile, name);
  return size;
}

function linkBeside(outfile: string, name: string): void {
  const link = join(dirname(outfile), name);
  rmSync(link, { force: true });
  symlinkSync(basename(outfile), link);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { target: { type: "string" }, outfile: { type: "string" } } });
  const { target } = values;
  const outfile = values.outfile ?? join(root, "dist", target === undefined ? "vivarium" : `vivarium-${target}`);
  const size = build({ outfile, ...(target === undefined ? {} : { target }) });
  console.log(`${outfile}: ${(size / 1e6).toFixed(1)} MB of ${(sizeBytesMax / 1e6).toFixed(0)} MB`);
}
