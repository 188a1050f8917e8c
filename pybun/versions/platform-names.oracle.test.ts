import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { oraclePython, oracleUv } from "../../tools/oracles.ts";
import { parsePlatformName, platformMarkers, platformNames } from "./platform-names.ts";
import { compatibleTags, indexTags } from "./tags.ts";

const TIMEOUT_MS = 120_000;

/** Wheels of one project, each version for another platform, so that the version taken names the platform tag. */
const PLATFORM_TAGS = [
  ...["x86_64", "aarch64", "riscv64"].flatMap((arch) => [
    ...Array.from({ length: 30 }, (_, i) => `manylinux_2_${16 + i}_${arch}`),
    ...Array.from({ length: 4 }, (_, i) => `musllinux_1_${i}_${arch}`),
  ]),
  ...["x86_64", "arm64"].flatMap((arch) => Array.from({ length: 16 }, (_, i) => `macosx_${11 + i}_0_${arch}`)),
  "win32",
  "win_amd64",
  "win_arm64",
];

async function run(command: string[], input: string): Promise<string> {
  const child = Bun.spawn(command, {
    stdin: new TextEncoder().encode(input),
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, MACOSX_DEPLOYMENT_TARGET: undefined },
  });
  const [output, complaint] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (child.exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${child.exitCode}: ${complaint}`);
  return output;
}

/** The newest version that a target can use: versions rise with the platform's own in each family of names. */
function versionFor(name: string): number {
  const platform = parsePlatformName(name);
  const index = indexTags(
    compatibleTags({ implementation: "cpython", python: [3, 12], freeThreaded: false, platform }),
  );
  return PLATFORM_TAGS.findLastIndex((tag) => index.has(`py3-none-${tag}`)) + 1;
}

test(
  "platform names mean to uv what they mean here",
  async () => {
    const directory = mkdtempSync(join(tmpdir(), "vivarium-platforms-"));
    try {
      const markers = Object.keys(platformMarkers(parsePlatformName("linux")));
      const wheels = [
        ...PLATFORM_TAGS.map((tag, i) => ["probe", String(i + 1), `py3-none-${tag}`]),
        ...markers.map((marker) => [`is_${marker}`, "1", "py3-none-any"]),
      ];
      const python = await oraclePython();
      const script = new URL("testing/probe_wheels.py", import.meta.url).pathname;
      await run([python, script], JSON.stringify({ directory, wheels }));
      const compile = [
        await oracleUv(),
        "pip",
        "compile",
        "--quiet",
        "--no-config",
        "--cache-dir",
        join(directory, "cache"),
        "--offline",
        "--no-index",
        // Else it asks every interpreter of the machine for its version, each time.
        "--python",
        python,
      ];
      const options = ["--no-header", "--no-annotate", "--find-links", directory, "--python-version", "3.12", "-"];
      for (const name of platformNames) {
        const values = Object.entries(platformMarkers(parsePlatformName(name)));
        const lines = values.map(([marker, value]) => `is_${marker}; ${marker} == "${value}"`);
        const output = await run([...compile, "--python-platform", name, ...options], ["probe", ...lines].join("\n"));
        const expected = [
          ...markers.map((marker) => `is-${marker.replaceAll("_", "-")}==1`),
          `probe==${versionFor(name)}`,
        ];
        expect({ name, taken: output.trim().split("\n").sort() }).toEqual({ name, taken: expected.sort() });
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
  TIMEOUT_MS,
);
