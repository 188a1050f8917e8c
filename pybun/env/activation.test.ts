/** `bin/activate` in the shells that this machine has; sh is always there. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentRecord } from "./environment-record.ts";
import { openScene, run } from "./testing/scene.ts";

const scene = openScene();
afterAll(scene.remove);

let record: EnvironmentRecord;

beforeAll(async () => {
  const wheel = await scene.wheel({
    name: "tool",
    version: "1",
    files: { "tool.py": "def main():\n    print('ran')\n" },
    entryPoints: { console_scripts: ["tool = tool:main"] },
  });
  record = await scene.environment("active", [wheel], { directory: join(scene.root, 'it\'s a "tool" box') });
});

const shells = ["sh", "bash", "zsh", "dash"].filter((name) => Bun.which(name) !== null);

describe.each(shells)("%s", (shell) => {
  test("finds the environment's programs after activation, and everything as before after deactivation", () => {
    const script = `
PYTHONHOME=/nowhere; export PYTHONHOME; PS1='$ '; before="$PATH"; set -eu
. "$1/bin/activate"; . "$1/bin/activate"
tool; command -v python; echo "$VIRTUAL_ENV|$VIRTUAL_ENV_PROMPT|$PS1|\${PYTHONHOME-none}"
deactivate
[ "$PATH" = "$before" ] && echo "\${VIRTUAL_ENV-none}|$PS1|$PYTHONHOME"
command -v deactivate || echo gone`;
    const { code, out, err } = run([shell, "-c", script, shell, record.path]);
    const name = record.path.slice(scene.root.length + 1);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n")).toEqual([
      "ran",
      join(record.path, "bin/python"),
      `${record.path}|${name}|(${name}) $ |none`,
      "none|$ |/nowhere",
      "gone",
    ]);
  });
});

test("fish gets a script with its own quoting", () => {
  const text = readFileSync(join(record.path, "bin/activate.fish"), "utf8");
  expect(text).toContain(`set -gx VIRTUAL_ENV '${record.path.replace("'", "\\'")}'\n`);
});
