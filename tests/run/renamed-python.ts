/** A Python that calls itself by another version, so that a test has two of them on a machine with one. */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type RunScene, runProgram } from "./run-scene.ts";

export interface RenamedPython {
  /** Its programs are in `bin`. */
  readonly prefix: string;
  /** What it calls itself. */
  readonly version: string;
  /** What the Python of the scene calls itself. */
  readonly sceneVersion: string;
}

export async function makeRenamedPython(scene: RunScene, name: string): Promise<RenamedPython> {
  const ask =
    "import json, os, platform, sys; print(json.dumps([os.path.realpath(sys.executable), sys.base_prefix, platform.python_version()]))";
  const { stdout } = await runProgram([scene.python, "-c", ask], { env: scene.environment });
  const [program, base, sceneVersion] = JSON.parse(stdout) as [string, string, string]; // what `ask` prints
  const version = "3.97.0";
  const prefix = join(scene.directory, name);
  mkdirSync(join(prefix, "bin"), { recursive: true });
  for (const entry of readdirSync(base).filter((one) => one.startsWith("lib"))) {
    symlinkSync(join(base, entry), join(prefix, entry));
  }
  copyFileSync(program, join(prefix, "bin", "real-python"));
  // What it answers when it is asked for its version is changed on its way.
  const renaming = `sed 's/${sceneVersion.replaceAll(".", "\\.")}/${version}/'`;
  const script = `#!/bin/sh\n"$(dirname "$(realpath "$0")")/real-python" "$@" | ${renaming}\n`;
  chmodSync(scene.write(join(name, "bin", "python"), script), 0o755);
  symlinkSync("python", join(prefix, "bin", "python3"));
  return { prefix, version, sceneVersion };
}
