/**
 * Component text to bytes, by the assembler that the oracles' wasmtime brings: all that is not yet known in one process
 * of Python. Results are kept under .cache by the hash of the text and of the oracles' versions.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { oraclePython } from "../../tools/oracles.ts";
import type { Script } from "../conformance/commands.ts";
import { componentTexts, parseScript } from "./script-text.ts";

const cache = join(import.meta.dir, "../../.cache/components");
const assembler = join(import.meta.dir, "assemble_components.py");
const versions = readFileSync(join(import.meta.dir, "../../tools/oracle-requirements.txt"));

interface Job {
  readonly text: string;
  readonly target: string;
}

/** What reads the bytes of each of these texts. @throws Error with what the assembler says */
export async function assemble(texts: readonly string[]): Promise<(text: string) => Uint8Array> {
  const pathOf = await assembleFiles(texts);
  return (text) => readFileSync(pathOf(text));
}

/** The same, and says where the binary of each text is. */
export async function assembleFiles(texts: readonly string[]): Promise<(text: string) => string> {
  const jobs = new Map(texts.map((text) => [text, { text, target: targetOf(text) }]));
  const missing = [...jobs.values()].filter(({ target }) => !existsSync(target));
  if (missing.length > 0) await runAssembler(missing);
  return (text) => {
    const job = jobs.get(text);
    if (job === undefined) throw new Error("this text was not assembled");
    return job.target;
  };
}

function targetOf(text: string): string {
  const hash = createHash("sha256").update(versions).update(readFileSync(assembler)).update("\0").update(text);
  return join(cache, `${hash.digest("hex").slice(0, 32)}.wasm`);
}

async function runAssembler(jobs: readonly Job[]): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const child = Bun.spawn([await oraclePython(), "-I", assembler], {
    stdin: new TextEncoder().encode(JSON.stringify(jobs)),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if ((await child.exited) !== 0) throw new Error(`cannot assemble components:\n${out}${errors}`);
}

/** All scripts (*.wast) at or below a folder of this one, with their components assembled; none where it is not there. */
export async function readOwnScripts(folder: string): Promise<readonly Script[]> {
  const root = join(import.meta.dir, folder);
  if (!existsSync(root)) return [];
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".wast"));
  const parsed = paths
    .sort()
    .map((path) => ({ name: path.replace(/\.wast$/, ""), commands: parseFile(join(root, path)) }));
  const read = await assemble(parsed.flatMap(({ commands }) => componentTexts(commands)));
  return parsed.map((script) => ({ ...script, read }));
}

function parseFile(path: string): Script["commands"] {
  try {
    return parseScript(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Error(`cannot read '${path}'`, { cause });
  }
}

/** The binary of each component (*.wat) of a folder, by the name of its file without the extension. */
export async function readOwnComponents(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const root = join(import.meta.dir, folder);
  const names = readdirSync(root).filter((name) => name.endsWith(".wat"));
  const texts = new Map(names.map((name) => [name.replace(/\.wat$/, ""), readFileSync(join(root, name), "utf8")]));
  const read = await assemble([...texts.values()]);
  return new Map([...texts].map(([name, text]) => [name, read(text)]));
}
