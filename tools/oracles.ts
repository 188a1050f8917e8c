/**
 * The peers that tests and benchmarks compare with: uv, pip, packaging, wasmtime and the like, at the exact versions of
 * oracle-requirements.txt, in a virtual environment of their own.
 *
 * It is made on first use by the first Python 3.9+ on PATH and the ordinary pip, so pip's own configuration (index,
 * proxy, certificates) holds. Its directory is named by the hash of the requirements and of that interpreter: a change
 * of either makes another one. A virtual environment cannot be moved, so it is made in place under a lock, and the
 * file `complete` is written last: a directory without it is a leftover of a killed attempt and is made again.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acquireFileLock } from "../core/store/file-lock.ts";

const root = join(import.meta.dir, "..");

/** Downloading uv (25 MB) on a slow line, or waiting for another process that does. */
const timeLimitMs = 300_000;

interface HostPython {
  /** `sys.executable`, never a shim. */
  readonly path: string;
  readonly version: string;
}

/** The path of the interpreter whose environment holds the oracles. Throws where it cannot be made, and says why. */
export async function oraclePython(): Promise<string> {
  return pythonWith("oracle-requirements.txt");
}

/** The path of componentize-py, in an environment of its own: it is large, and few need it. */
export async function componentizePy(): Promise<string> {
  const python = await pythonWith("componentize-requirements.txt");
  return join(python, "..", process.platform === "win32" ? "componentize-py.exe" : "componentize-py");
}

async function pythonWith(requirementsName: string): Promise<string> {
  const host = hostPython();
  const requirementsPath = join(import.meta.dir, requirementsName);
  const requirements = readFileSync(requirementsPath, "utf8");
  const parent = join(root, ".cache", "oracles");
  const key = new Bun.CryptoHasher("sha256").update(`${requirements}\0${host.path}\0${host.version}`).digest("hex");
  const directory = join(parent, key.slice(0, 16));
  if (!isComplete(directory)) await makeOnce(directory, { parent, host, requirementsPath });
  return programIn(directory, "python");
}

/** The path of the pinned uv. */
export async function oracleUv(): Promise<string> {
  const python = await oraclePython();
  return join(python, "..", process.platform === "win32" ? "uv.exe" : "uv");
}

/** The first Python 3.9+ on PATH, by its own `sys.executable`. Throws if there is none. */
export function hostPython(): HostPython {
  const names = [
    "python3",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
    "python3.9",
    "python",
  ];
  for (const name of names) {
    const found = askPython(name);
    if (found !== undefined) return found;
  }
  throw new Error("no Python 3.9 or newer on PATH; tests and benchmarks compare with tools that need one");
}

function askPython(name: string): HostPython | undefined {
  const path = Bun.which(name);
  if (path === null) return undefined;
  const code =
    "import sys; print(sys.executable); print('%d.%d.%d' % sys.version_info[:3]); sys.exit(sys.version_info < (3, 9))";
  const asked = Bun.spawnSync([path, "-I", "-c", code], { timeout: 20_000 });
  const [executable, version] = asked.stdout.toString().split(/\r?\n/);
  if (asked.exitCode !== 0 || executable === undefined || version === undefined) return undefined;
  return { path: executable, version };
}

function isComplete(directory: string): boolean {
  return existsSync(join(directory, "complete"));
}

function programIn(directory: string, name: string): string {
  return process.platform === "win32" ? join(directory, "Scripts", `${name}.exe`) : join(directory, "bin", name);
}

interface Making {
  readonly parent: string;
  readonly host: HostPython;
  readonly requirementsPath: string;
}

async function makeOnce(directory: string, { parent, host, requirementsPath }: Making): Promise<void> {
  mkdirSync(parent, { recursive: true });
  const release = await acquireFileLock(join(parent, "lock"), AbortSignal.timeout(timeLimitMs));
  try {
    if (!isComplete(directory)) make(directory, { host, requirementsPath });
  } finally {
    release();
  }
}

function make(directory: string, { host, requirementsPath }: Omit<Making, "parent">): void {
  rmSync(directory, { recursive: true, force: true });
  demand([host.path, "-m", "venv", directory], "On Debian and Ubuntu: apt-get install -y python3-venv");
  const python = programIn(directory, "python");
  const install = [
    "install",
    "--quiet",
    "--no-input",
    "--disable-pip-version-check",
    "--upgrade",
    "-r",
    requirementsPath,
  ];
  demand([python, "-m", "pip", ...install], "The packages come from the index that pip is configured for.");
  writeFileSync(join(directory, "complete"), `${host.version}\n`);
}

function demand(command: readonly string[], hint: string): void {
  // A PYTHONPATH or an active environment of the caller must not leak into this one.
  const { PYTHONPATH: _path, PYTHONHOME: _home, ...environment } = process.env;
  const ran = Bun.spawnSync([...command], { env: environment, timeout: timeLimitMs, cwd: root });
  if (ran.exitCode === 0) return;
  const said = `${ran.stdout.toString()}${ran.stderr.toString()}`.trim().slice(-2000);
  throw new Error(`cannot make the environment of the oracles: \`${command.join(" ")}\` failed\n${said}\n${hint}`);
}

if (import.meta.main) console.log(await oraclePython());
