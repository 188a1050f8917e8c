/**
 * Compares the pins of `pybun resolve` with those of `uv pip compile`, package by package, and writes the result to
 * tests/scoreboards/resolve.txt with `--exclude-newer 2026-06-01T00:00:00Z`, to resolve-newest.txt without:
 * `npm run scoreboard:resolve -- [--exclude-newer T]`.
 *
 * Both begin with an empty cache, run within the same minute, for the same Python, with wheels only. Where pins differ,
 * uv's pins are given to our resolver as constraints: if that has a solution, both answers are valid, and the
 * difference is one of preference.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { comparePins, type Difference, parsePins } from "./scoreboard-pins.ts";

const root = join(import.meta.dir, "..");
const boards = join(root, "tests/scoreboards");
const pythonVersion = "3.11";

interface Answer {
  readonly kind: "solved" | "conflict" | "error";
  readonly pins: ReadonlyMap<string, string>;
  readonly detail: string;
}

interface Row {
  readonly title: string;
  readonly text: string;
  readonly isEqual: boolean;
}

const scratch = mkdtempSync(join(tmpdir(), "resolve-scoreboard-"));
const excludeNewer = process.argv.includes("--exclude-newer")
  ? process.argv[process.argv.indexOf("--exclude-newer") + 1]
  : undefined;
const moment = excludeNewer === undefined ? [] : ["--exclude-newer", excludeNewer];

async function run(command: readonly string[], environment: Record<string, string>) {
  const child = Bun.spawn([...command], { stdout: "pipe", stderr: "pipe", env: { ...process.env, ...environment } });
  const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, out, errors };
}

async function askOurs(requirements: readonly string[], constraintFile?: string): Promise<Answer> {
  const constraints = constraintFile === undefined ? [] : ["-c", constraintFile];
  const ended = await run(
    [
      join(root, "node_modules/.bin/pybun"),
      "resolve",
      ...requirements,
      ...constraints,
      "--python-version",
      pythonVersion,
      "--no-build",
      ...moment,
    ],
    { VIVARIUM_HOME: join(scratch, "ours") },
  );
  const detail = ended.errors.trim().split("\n")[0] ?? "";
  if (ended.code === 0) return { kind: "solved", pins: parsePins(ended.out), detail };
  return {
    kind: /E_RESOLVE_CONFLICT|E_PACKAGE_NOT_FOUND/.test(ended.errors) ? "conflict" : "error",
    pins: new Map(),
    detail,
  };
}

async function askUv(uv: string, requirements: readonly string[]): Promise<Answer> {
  const file = join(scratch, "requirements.in");
  writeFileSync(file, `${requirements.join("\n")}\n`);
  const ended = await run(
    [
      uv,
      "pip",
      "compile",
      "--no-config",
      "--no-header",
      "--no-annotate",
      "--no-build",
      "--python-version",
      pythonVersion,
      ...moment,
      file,
    ],
    { UV_CACHE_DIR: join(scratch, "uv") },
  );
  const detail = ended.errors.trim().split("\n")[0] ?? "";
  if (ended.code === 0) return { kind: "solved", pins: parsePins(ended.out), detail };
  return { kind: /No solution found|was not found/.test(ended.errors) ? "conflict" : "error", pins: new Map(), detail };
}

async function compare(uv: string, requirements: readonly string[]): Promise<Row> {
  const title = requirements.join(" ");
  const theirs = await askUv(uv, requirements);
  const ours = await askOurs(requirements);
  if (ours.kind !== theirs.kind) {
    return { title, isEqual: false, text: `ours ${ours.kind} (${ours.detail}), uv ${theirs.kind} (${theirs.detail})` };
  }
  if (ours.kind !== "solved") return { title, isEqual: ours.kind === "conflict", text: ours.kind };
  const differences = comparePins(ours.pins, theirs.pins);
  if (differences.length === 0) return { title, isEqual: true, text: `${ours.pins.size} pins` };
  return { title, isEqual: false, text: await classify(requirements, theirs, differences) };
}

async function classify(
  requirements: readonly string[],
  theirs: Answer,
  differences: readonly Difference[],
): Promise<string> {
  const file = join(scratch, "constraints.txt");
  writeFileSync(file, [...theirs.pins].map(([name, version]) => `${name}==${version}\n`).join(""));
  const both = await askOurs(requirements, file);
  const listed = differences
    .map(({ name, ours, theirs: other }) => `${name} ${ours ?? "–"} (uv ${other ?? "–"})`)
    .join(", ");
  const newer = differences.filter(({ order }) => order === "ours-newer").length;
  const older = differences.filter(({ order }) => order === "uv-newer").length;
  const validity = both.kind === "solved" ? "both valid" : "uv's pins do not fit our view of the index";
  return `${newer} newer, ${older} older, ${differences.length - newer - older} on one side only; ${validity}: ${listed}`;
}

function report(heading: string, rows: readonly Row[]): string {
  const equal = rows.filter(({ isEqual }) => isEqual).length;
  const lines = rows.map(({ title, text, isEqual }) => `${isEqual ? "equal  " : "DIFFERS"} ${title}: ${text}`);
  return [`${heading}: ${equal} of ${rows.length} equal`, ...lines, ""].join("\n");
}

const linesOf = (name: string): string[] =>
  readFileSync(join(boards, name), "utf8")
    .split("\n")
    .filter((line) => line !== "");

async function main(): Promise<void> {
  const { oracleUv } = await import("./oracles.ts");
  const uv = await oracleUv();
  const rowsOf = async (sets: readonly (readonly string[])[]): Promise<Row[]> => {
    const rows: Row[] = [];
    for (const set of sets) rows.push(await compare(uv, set));
    return rows;
  };
  const packages = await rowsOf(
    linesOf("resolve-packages.txt").flatMap((line) => line.split(" ").map((name) => [name])),
  );
  const conflicts = await rowsOf(linesOf("resolve-conflicts.txt").map((line) => line.split(" ")));
  const version = (await run([uv, "--version"], {})).out.trim();
  const head = [
    `pybun resolve beside ${version}, CPython ${pythonVersion}, wheels only, both from empty caches`,
    excludeNewer === undefined
      ? `at ${new Date().toISOString().slice(0, 16)}Z`
      : `with --exclude-newer ${excludeNewer}`,
    "",
  ].join("\n");
  const name = excludeNewer === undefined ? "resolve-newest.txt" : "resolve.txt";
  writeFileSync(join(boards, name), `${head}\n${report("Packages", packages)}\n${report("Conflict sets", conflicts)}`);
  rmSync(scratch, { recursive: true });
}

await main();
