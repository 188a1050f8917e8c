/**
 * `npm run scoreboard:packages -- [--list FILE] [--scoreboard FILE]`
 *
 * Compares one of our environments with a virtual environment that pip filled with the same pins, each seen by its own
 * Python: names, versions, metadata, entry points, contents of all files, resources, scripts and data of the prefix,
 * and how the import of every top module ends. The scoreboard names every difference, so that a change shows as a diff.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { oraclePython } from "./oracles.ts";

const root = join(import.meta.dir, "..");
const launcher = join(root, "vivarium", "bin", "vivarium");

interface Distribution {
  readonly version: string;
  readonly metadata: string;
  readonly requires: readonly string[];
  readonly entry_points: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/** What sixty_packages_probe.py prints. */
interface Seen {
  readonly distributions: Readonly<Record<string, Distribution>>;
  readonly prefix: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

export interface Comparison {
  readonly distributions: number;
  readonly files: number;
  readonly modules: number;
  readonly imported: number;
  /** One sentence each; empty where both environments are the same. */
  readonly differences: readonly string[];
}

export interface CompareOptions {
  readonly requirements: readonly string[];
  /** More options of `pybun env create`, such as an index. */
  readonly createOptions?: readonly string[];
  /** More options of `pip install`. */
  readonly pipOptions?: readonly string[];
}

/** Makes both environments in a directory of its own, and compares them. Needs an index; throws where one fails. */
export async function compareEnvironments(options: CompareOptions): Promise<Comparison> {
  const python = await oraclePython();
  const directory = mkdtempSync(join(tmpdir(), "sixty-"));
  try {
    const ours = makeOurs(options, { directory, python });
    const theirs = makeTheirs(options, { directory, python, pins: ours.pins });
    return compare(look(ours.python, directory), look(theirs, directory));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Place {
  readonly directory: string;
  readonly python: string;
}

function makeOurs({ requirements, createOptions = [] }: CompareOptions, { directory, python }: Place) {
  const home = join(directory, "home");
  const command = ["create", "--format=json", "--python", python, ...createOptions, ...requirements];
  const text = run([launcher, "pybun", "env", ...command], { directory, environment: { VIVARIUM_HOME: home } });
  // `detail` of the envelope, whose schema the tests check.
  const { detail } = JSON.parse(text) as {
    detail: { python: string; packages: { name: string; version: string }[] };
  };
  return { python: detail.python, pins: detail.packages.map(({ name, version }) => `${name}==${version}`) };
}

function makeTheirs({ pipOptions = [] }: CompareOptions, place: Place & { readonly pins: readonly string[] }): string {
  const { directory, python, pins } = place;
  const environment = join(directory, "venv");
  run([python, "-m", "venv", "--without-pip", environment], { directory });
  const target = join(environment, "bin", "python");
  const list = join(directory, "pins.txt");
  writeFileSync(list, `${pins.join("\n")}\n`);
  const common = ["--python", target, "--disable-pip-version-check", "--no-input"];
  const options = ["--no-deps", "--no-compile", "--only-binary", ":all:", "--no-cache-dir", ...pipOptions];
  run([python, "-m", "pip", ...common, "install", "--quiet", ...options, "-r", list], { directory });
  return target;
}

function look(python: string, directory: string): Seen {
  const cwd = join(directory, "empty");
  mkdirSync(cwd, { recursive: true });
  const environment = { PYTHONDONTWRITEBYTECODE: "1", MPLBACKEND: "agg", HOME: directory };
  const text = run([python, join(import.meta.dir, "sixty_packages_probe.py")], { directory: cwd, environment });
  return JSON.parse(text) as Seen; // the probe's own output
}

interface RunScene {
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
}

function run(command: readonly string[], { directory, environment = {} }: RunScene): string {
  const child = Bun.spawnSync([...command], {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdin: "ignore",
    timeout: 1_800_000,
  });
  if (child.exitCode === 0) return child.stdout.toString();
  throw new Error(
    `${command.slice(0, 4).join(" ")} ended with ${child.exitCode}: ${child.stderr.toString().slice(-2000)}`,
  );
}

function compare(ours: Seen, theirs: Seen): Comparison {
  const differences = [
    ...compareRecords("distribution", ours.distributions, theirs.distributions, compareDistribution),
    ...compareRecords("file of the prefix", ours.prefix, theirs.prefix, compareTexts),
    ...compareRecords("import", ours.imports, theirs.imports, compareTexts),
    ...compareRecords("resources", ours.resources, theirs.resources, compareTexts),
  ];
  const all = Object.values(ours.distributions);
  return {
    distributions: all.length,
    files: all.reduce((sum, { files }) => sum + Object.keys(files).length, 0),
    modules: Object.keys(ours.imports).length,
    imported: Object.values(ours.imports).filter((end) => end === "imported").length,
    differences,
  };
}

type Compare<T> = (ours: T, theirs: T) => readonly string[];

// Four parameters would hide what is compared with what; the first is the word for messages.
function compareRecords<T>(
  what: string,
  ...[ours, theirs, compareOne]: [Readonly<Record<string, T>>, Readonly<Record<string, T>>, Compare<T>]
): readonly string[] {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort();
  return names.flatMap((name) => {
    const [mine, other] = [ours[name], theirs[name]];
    if (other === undefined) return [`${what} ${name}: only we have it`];
    if (mine === undefined) return [`${what} ${name}: only pip has it`];
    return compareOne(mine, other).map((detail) => `${what} ${name}: ${detail}`);
  });
}

const compareTexts: Compare<unknown> = (ours, theirs) => {
  const [mine, other] = [JSON.stringify(ours), JSON.stringify(theirs)];
  return mine === other ? [] : [`${mine.slice(0, 200)}, with pip ${other.slice(0, 200)}`];
};

const compareDistribution: Compare<Distribution> = ({ files, ...ours }, { files: theirFiles, ...theirs }) => [
  ...compareTexts(ours, theirs),
  ...compareRecords("file", files, theirFiles, compareTexts),
];

if (import.meta.main) {
  const { values } = parseArgs({ options: { list: { type: "string" }, scoreboard: { type: "string" } } });
  const lines = readFileSync(values.list ?? join(import.meta.dir, "data", "sixty-packages.txt"), "utf8").split("\n");
  const requirements = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const result = await compareEnvironments({ requirements });
  const text = [
    "# One environment of ours and one filled by pip with the same pins. tools/sixty-packages.ts writes this.",
    `named ${requirements.length}, distributions ${result.distributions}, files ${result.files}`,
    `top modules ${result.modules}, of which ${result.imported} can be imported (in both alike)`,
    `differences ${result.differences.length}`,
    ...result.differences,
  ];
  writeFileSync(values.scoreboard ?? join(root, "tests", "scoreboards", "sixty-packages.txt"), `${text.join("\n")}\n`);
  console.log(text.slice(1, 24).join("\n"));
}
