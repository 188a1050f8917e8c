/**
 * Components that real toolchains make of the sources in rust, python and javascript: each a file named by the hash of
 * its sources and of the versions that are pinned here, so that one of other sources is never found.
 *
 * Those of Rust are small and need a toolchain that no registry has, so they are committed, in the folder `built`; a
 * change of their sources needs `npm run components`, and tests fail until it was run. The others are made on first use,
 * by packages from npm and PyPI, and kept under .cache.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { acquireFileLock } from "../../core/store/file-lock.ts";
import { npmOracle } from "../../tools/npm-oracles.ts";
import { componentizePy } from "../../tools/oracles.ts";
import { demand, rustToolchain } from "./rust-toolchain.ts";

const here = import.meta.dir;
const cache = join(here, "..", "..", ".cache", "built-components");
const committed = join(here, "built");

/** Rust's standard library is compiled with it where it is not there. */
const timeLimitMs = 1_800_000;

interface Recipe {
  readonly folder: "rust" | "python" | "javascript";
  /** What the result depends on beside the folder, below the repository. */
  readonly pins: readonly string[];
  readonly build: (target: string) => Promise<void>;
}

const recipes = {
  /** A library: strings, records, a resource; imports nothing. */
  words: { folder: "rust", pins: [], build: async (target) => buildRust("words", target) },
  /** A program: reads and writes files. */
  "count-files": { folder: "rust", pins: [], build: async (target) => buildRust("count_files", target) },
  /** A library in JavaScript, with the engine that runs it. */
  text: { folder: "javascript", pins: ["tools/npm-oracles/jco/package.json"], build: buildJavaScript },
  /** A program in Python, with CPython. */
  "count-words": { folder: "python", pins: ["tools/componentize-requirements.txt"], build: buildPython },
} satisfies Readonly<Record<string, Recipe>>;

export type BuiltName = keyof typeof recipes;

export const builtNames = Object.keys(recipes).filter((name): name is BuiltName => name in recipes);

/** The path of the binary, made if it is not there. Throws where that cannot be, and says why. */
export async function built(name: BuiltName): Promise<string> {
  const path = placeOf(name);
  if (existsSync(path)) return path;
  if (recipes[name].folder === "rust") {
    throw new Error(
      `'${name}' is not what its sources say: run \`npm run components\`, and commit tests/components/built`,
    );
  }
  return make(name);
}

async function make(name: BuiltName): Promise<string> {
  const path = placeOf(name);
  mkdirSync(cache, { recursive: true });
  const release = await acquireFileLock(join(cache, "lock"), AbortSignal.timeout(timeLimitMs));
  try {
    if (!existsSync(path)) await recipes[name].build(path);
  } finally {
    release();
  }
  return path;
}

function placeOf(name: BuiltName): string {
  const { folder, pins }: Recipe = recipes[name];
  const hash = new Bun.CryptoHasher("sha256").update(name);
  for (const path of [...sourcesOf(join(here, folder)), ...pins.map((pin) => join(here, "..", "..", pin))]) {
    hash.update("\0").update(readFileSync(path));
  }
  return join(folder === "rust" ? committed : cache, `${name}-${hash.digest("hex").slice(0, 16)}.wasm`);
}

const sourcesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile() && !path.includes("__pycache__"))
    .sort();

function buildRust(file: string, target: string): void {
  const { args, environment } = rustToolchain(join(cache, ".."));
  const folder = join(cache, "rust-target");
  demand(["cargo", "build", ...args, "--target-dir", folder], {
    hint: "The crates come from the registry that cargo is configured for.",
    environment,
    cwd: join(here, "rust"),
  });
  for (const old of readdirSync(committed).filter((path) => path.startsWith(`${file.replace("_", "-")}-`))) {
    rmSync(join(committed, old));
  }
  copyFileSync(join(folder, "wasm32-unknown-unknown", "release", `${file}.wasm`), target);
}

async function buildPython(target: string): Promise<void> {
  const program = await componentizePy();
  demand([program, "-d", "wit", "-w", "program", "componentize", "count_words", "-o", target], {
    hint: "",
    environment: { PYTHONDONTWRITEBYTECODE: "1" },
    cwd: join(here, "python"),
  });
}

/** In a process of its own: the compiler is native code for Node. */
async function buildJavaScript(target: string): Promise<void> {
  const code = `
    import { componentize } from "componentize-qjs";
    import { readFileSync, writeFileSync } from "node:fs";
    const [folder, target] = process.argv.slice(-2);
    const options = { witPath: folder + "/text.wit", jsSource: readFileSync(folder + "/text.js", "utf8") };
    writeFileSync(target, (await componentize({ ...options, sync: true, stubWasi: true })).component);`;
  const command = ["node", "--input-type=module", "-e", code, "--", join(here, "javascript"), target];
  demand(command, { hint: "", cwd: await npmOracle("jco") });
}

if (import.meta.main) {
  for (const name of builtNames) console.log(await make(name));
}
