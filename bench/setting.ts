/**
 * The same world for every contender: the same Python first on PATH, the same index, caches of their own below the
 * scratch directory, no find-links (uv does not read pip's), and nothing downloaded behind the scenes.
 */
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { acquireFileLock } from "../core/store/file-lock.ts";
import { build } from "../tools/build.ts";
import { hostPython, oraclePython, oracleUv } from "../tools/oracles.ts";

const root = join(import.meta.dir, "..");

/** The sets of requirements that the targets speak of. */
export const requirementSets: Readonly<Record<string, readonly string[]>> = {
  S1: ["flask"],
  S2: ["jupyterlab"],
  S3: ["apache-airflow"],
  S4: ["boto3", "fastapi[standard]", "pandas", "scikit-learn"],
};

export interface Setting {
  readonly scratch: string;
  /** The built executable. */
  readonly pybun: string;
  readonly uv: string;
  /** The Python that runs pip, packaging and the like. */
  readonly oraclePython: string;
  /** The Python that all contenders install for. */
  readonly python: string;
  readonly environment: Readonly<Record<string, string>>;
}

export async function openSetting(scratch: string): Promise<Setting> {
  const python = hostPython().path;
  const inherited = Object.entries(process.env).flatMap(([key, value]) =>
    value === undefined || isLeftOut(key) ? [] : [[key, value] as const],
  );
  const environment = {
    ...Object.fromEntries(inherited),
    PATH: `${dirname(python)}:${process.env["PATH"] ?? ""}`,
    VIVARIUM_HOME: join(scratch, "vivarium"),
    UV_CACHE_DIR: join(scratch, "uv-cache"),
    PIP_CACHE_DIR: join(scratch, "pip-cache"),
    UV_PYTHON_DOWNLOADS: "never",
    // Otherwise uv trusts only the authorities it brings, and PyBun also those of the machine.
    UV_SYSTEM_CERTS: "1",
    UV_NO_PROGRESS: "1",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    NO_COLOR: "1",
  };
  const peers = { uv: await oracleUv(), oraclePython: await oraclePython() };
  return { scratch, pybun: await builtPybun(), ...peers, python, environment };
}

/**
 * PYTHONDONTWRITEBYTECODE would let uv's environments compile at each run, where PyBun's bytecode is ready; find-links
 * are read by some contenders only.
 */
function isLeftOut(name: string): boolean {
  return name.startsWith("PYTHON") || ["PIP_FIND_LINKS", "VIRTUAL_ENV", "CONDA_PREFIX", "TRACEPARENT"].includes(name);
}

/** Builds dist/pybun if a source is newer; two processes at once build once. */
async function builtPybun(): Promise<string> {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const release = await acquireFileLock(join(root, ".cache", "build.lock"), AbortSignal.timeout(120_000));
  try {
    const outfile = join(root, "dist", "vivarium");
    if (modifiedMs(outfile) < newestSourceMs()) build({ outfile });
  } finally {
    release();
  }
  return join(root, "dist", "pybun");
}

function newestSourceMs(): number {
  const sources = new Bun.Glob("{core,cli,pybun,vivarium}/**/*.{ts,json,py}").scanSync({ cwd: root });
  let newestMs = 0;
  for (const path of sources) {
    if (!path.includes("node_modules/") && !path.endsWith(".test.ts"))
      newestMs = Math.max(newestMs, modifiedMs(join(root, path)));
  }
  return newestMs;
}

function modifiedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * uv believes a page for 600 s, as PyBun does where an index says nothing about it, and a file for good, as PyPI itself
 * says: an index without cache headers would make uv ask again for each wheel's metadata, which is no warm cache.
 * @returns the file's path.
 */
export function writeUvConfig({ scratch, environment }: Setting): string {
  const url = environment["UV_DEFAULT_INDEX"] ?? environment["UV_INDEX_URL"] ?? environment["PIP_INDEX_URL"];
  const path = join(scratch, "uv.toml");
  const index = JSON.stringify(url ?? "https://pypi.org/simple");
  writeFileSync(
    path,
    `[[index]]\nurl = ${index}\ndefault = true\ncache-control = { api = "max-age=600", files = "max-age=365000000, immutable" }\n`,
  );
  return path;
}
