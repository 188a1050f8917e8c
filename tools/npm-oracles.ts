/**
 * Peers from npm that are too large for `npm ci`: each folder of npm-oracles with exact versions and a lock file is
 * installed on first use below .cache, in a directory named by the hash of both. The ordinary npm does it, so its own
 * configuration (registry, proxy, certificates) holds; no package's scripts run. The file `complete` is written last.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acquireFileLock } from "../core/store/file-lock.ts";

const cache = join(import.meta.dir, "..", ".cache", "npm-oracles");
const files = ["package.json", "package-lock.json"];

/** Downloading 100 MB on a slow line, or waiting for another process that does. */
const timeLimitMs = 600_000;

type NpmOracle = "jco" | "node" | "browser";

/** The directory whose node_modules hold the oracle. Throws where npm cannot install it, and says why. */
export async function npmOracle(name: NpmOracle): Promise<string> {
  const source = join(import.meta.dir, "npm-oracles", name);
  const hash = new Bun.CryptoHasher("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of files) hash.update("\0").update(readFileSync(join(source, file)));
  const directory = join(cache, `${name}-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(join(directory, "complete"))) return directory;
  mkdirSync(cache, { recursive: true });
  const release = await acquireFileLock(join(cache, "lock"), AbortSignal.timeout(timeLimitMs));
  try {
    if (!existsSync(join(directory, "complete"))) install(source, directory);
  } finally {
    release();
  }
  return directory;
}

/** The path of the pinned Node. Throws where npm has none for this platform. */
export async function oracleNode(): Promise<string> {
  const modules = join(await npmOracle("node"), "node_modules");
  const platform = process.platform === "win32" ? "win" : process.platform;
  const program = join(modules, `node-${platform}-${process.arch}`, "bin", platform === "win" ? "node.exe" : "node");
  if (existsSync(program)) return program;
  throw new Error(`npm's packages of Node have none for ${process.platform} on ${process.arch}`);
}

function install(source: string, directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const file of files) copyFileSync(join(source, file), join(directory, file));
  // `npm ci` insists on optional packages for other platforms, which not every registry has.
  const command = ["npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--workspaces=false"];
  const ran = Bun.spawnSync(command, { cwd: directory, stdin: "ignore", timeout: timeLimitMs });
  if (ran.exitCode !== 0) {
    const said = `${ran.stdout.toString()}${ran.stderr.toString()}`.trim().slice(0, 2000);
    throw new Error(`cannot install the oracle '${directory}': \`${command.join(" ")}\` failed\n${said}`);
  }
  writeFileSync(join(directory, "complete"), "");
}
