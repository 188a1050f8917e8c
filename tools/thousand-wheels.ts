/**
 * `npm run scoreboard:wheels -- [--list FILE] [--limit N] [--scoreboard FILE] [--python PATH]`
 *
 * Downloads real wheels and compares what our unpacker makes of them with what pip installs: paths, bytes and
 * executable bits. Each line of the list is one wheel; any number of lines may be given. `--python` chooses the
 * interpreter whose pip is the peer: wheels for its version and platform are looked at. The scoreboard names every
 * wheel that differs or is refused, so that a change shows as a diff. Archives and trees are deleted as it goes.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Problem } from "../core/diagnostic.ts";
import { isScriptWrapper } from "../pybun/wheel/dist-info.ts";
import {
  decodeLists,
  type FileLists,
  type WheelDataFile,
  type WheelFile,
  type WheelSummary,
} from "../pybun/wheel/manifest.ts";
import { unpackWheel } from "../pybun/wheel/unpack.ts";
import { oraclePython } from "./oracles.ts";

type Verdict =
  | { readonly kind: "equal"; readonly files: number }
  | { readonly kind: "differs" | "refused"; readonly detail: string }
  /** pip has no wheel of it for this interpreter: it says nothing about us. */
  | { readonly kind: "absent" };

interface PeerAnswer {
  readonly file?: string;
  readonly site?: string;
  readonly error?: string;
}

/** What pip writes of its own accord. */
const generated = /^[^/]+\.dist-info\/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json)$/;

async function judge(answer: PeerAnswer, directory: string): Promise<Verdict> {
  if (answer.file === undefined) return { kind: "absent" };
  const entry = join(directory, "entry");
  mkdirSync(entry);
  try {
    const archivePath = join(directory, "whl", answer.file);
    const summary = unpackWheel({ archivePath, file: answer.file, directory: entry });
    return compareTrees(summary, { answer, entry, prefix: join(directory, "prefix") });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (answer.error !== undefined) return { kind: "equal", files: 0 };
    return { kind: "refused", detail: `${error.code} ${JSON.stringify(error.params)}` };
  }
}

interface Places {
  readonly answer: PeerAnswer;
  readonly entry: string;
  readonly prefix: string;
}

function compareTrees({ entryPoints }: WheelSummary, { answer, entry, prefix }: Places): Verdict {
  if (answer.site === undefined) return { kind: "differs", detail: answer.error ?? "pip did not install it" };
  const lists = decodeLists(readFileSync(join(entry, "files.json"), "utf8"));
  const data = lists.data.filter(({ scheme, path }) => scheme !== "scripts" || !isScriptWrapper(path, entryPoints));
  const detail = compareSite(lists, { ours: join(entry, "tree"), theirs: answer.site }) ?? compareData(data, prefix);
  return detail === undefined ? { kind: "equal", files: lists.files.length } : { kind: "differs", detail };
}

/** The first difference in site-packages, as a sentence. */
function compareSite({ files }: FileLists, { ours, theirs }: { ours: string; theirs: string }): string | undefined {
  const expected = new Set(filesBelow(theirs).filter((path) => !generated.test(path)));
  const listed = new Map(files.filter(({ path }) => !generated.test(path)).map((file) => [file.path, file]));
  const onDisk = new Set(filesBelow(ours).filter((path) => !generated.test(path)));
  for (const path of expected) if (!onDisk.has(path)) return `pip alone has '${path}'`;
  for (const path of onDisk) if (!expected.has(path)) return `only we have '${path}'`;
  for (const [path, file] of listed) {
    const detail = compareFile(file, { ours: join(ours, path), theirs: join(theirs, path) });
    if (detail !== undefined) return detail;
  }
  return listed.size === onDisk.size ? undefined : `${onDisk.size} files, but ${listed.size} in the list`;
}

function compareFile(file: WheelFile, { ours, theirs }: { ours: string; theirs: string }): string | undefined {
  const bytes = readFileSync(ours);
  if (!bytes.equals(readFileSync(theirs))) return `'${file.path}' has other bytes`;
  const digest = new Bun.CryptoHasher("sha256").update(bytes).digest("base64url");
  if (digest !== file.sha256 || bytes.length !== file.size) return `'${file.path}' is not as its list says`;
  const modes = [ours, theirs].map((path) => (lstatSync(path).mode & 0o111) !== 0);
  if (modes[0] !== modes[1] || modes[0] !== file.executable) return `'${file.path}' has another executable bit`;
  return undefined;
}

/** Scripts and data; pip rewrites the first line of scripts, and puts headers below a directory of the interpreter's. */
function compareData(data: readonly WheelDataFile[], prefix: string): string | undefined {
  const homes = { scripts: join(prefix, "bin"), data: prefix } as const;
  const missing = data.find(({ scheme, path }) => scheme !== "headers" && !existsSync(join(homes[scheme], path)));
  if (missing !== undefined) return `pip has no ${missing.scheme} '${missing.path}'`;
  const other = data.find(({ scheme, path, size }) => scheme === "data" && lstatSync(join(prefix, path)).size !== size);
  return other === undefined ? undefined : `the data file '${other.path}' has another size`;
}

function filesBelow(root: string, folder = ""): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((item) => {
    const path = folder === "" ? item.name : `${folder}/${item.name}`;
    return item.isDirectory() ? filesBelow(root, path) : [path];
  });
}

/** Judges the requirements in their order. */
export async function* compareWithPip(
  requirements: readonly string[],
  python: string,
): AsyncGenerator<{ requirement: string; verdict: Verdict }> {
  const script = join(import.meta.dir, "thousand_wheels_oracle.py");
  const peer = Bun.spawn([python, script], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const answers = linesOf(peer.stdout);
  try {
    for (const requirement of requirements) {
      const directory = mkdtempSync(join(tmpdir(), "thousand-wheels-"));
      try {
        await peer.stdin.write(`${requirement}\t${directory}\n`);
        const { value } = await answers.next();
        if (value === undefined) throw new Error(`pip's process ended at ${requirement}`);
        yield { requirement, verdict: await judge(JSON.parse(value) as PeerAnswer, directory) }; // our own script's line
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    }
  } finally {
    await peer.stdin.end();
    await peer.exited;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  return undefined;
}

export function readRequirements(path: string): readonly string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      list: { type: "string" },
      limit: { type: "string" },
      scoreboard: { type: "string" },
      python: { type: "string" },
    },
  });
  const list = values.list ?? join(import.meta.dir, "data", "popular-wheels.txt");
  const scoreboard = values.scoreboard ?? join(import.meta.dir, "..", "tests", "scoreboards", "thousand-wheels.txt");
  const requirements = readRequirements(list).slice(0, Number(values.limit ?? Number.POSITIVE_INFINITY));
  const counts = { equal: 0, differs: 0, refused: 0, absent: 0 };
  const notes: string[] = [];
  let files = 0;
  for await (const { requirement, verdict } of compareWithPip(requirements, values.python ?? (await oraclePython()))) {
    counts[verdict.kind] += 1;
    if (verdict.kind === "equal") files += verdict.files;
    else notes.push(`${verdict.kind} ${requirement}${"detail" in verdict ? `: ${verdict.detail}` : ""}`);
    console.error(`${verdict.kind} ${requirement}`);
  }
  const head = [
    "# Wheels unpacked by us and installed by pip: paths, bytes and executable bits. tools/thousand-wheels.ts writes this.",
    `equal ${counts.equal} (${files} files)`,
    `differs ${counts.differs}`,
    `refused ${counts.refused}`,
    `absent ${counts.absent} (pip has no wheel of it for this interpreter)`,
  ];
  writeFileSync(scoreboard, `${[...head, "", ...notes.toSorted()].join("\n").trimEnd()}\n`);
}

if (import.meta.main) await main();
