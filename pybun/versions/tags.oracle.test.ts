import { describe, expect, test } from "bun:test";
import { type PlatformTarget, platformTags } from "./platform-tags.ts";
import { compatibleTags, indexTags, wheelRank } from "./tags.ts";
import { askPackaging } from "./testing/packaging-oracle.ts";
import { expandTags } from "./wheel-filename.ts";

const TIMEOUT_MS = 120_000;

type LinuxPlatform = Extract<PlatformTarget, { kind: "manylinux" | "musllinux" }>;
type MacosPlatform = Extract<PlatformTarget, { kind: "macos" }>;

const LINUX: readonly LinuxPlatform[] = [
  { kind: "manylinux", glibc: [2, 5], arch: "x86_64" },
  { kind: "manylinux", glibc: [2, 12], arch: "i686" },
  { kind: "manylinux", glibc: [2, 17], arch: "aarch64" },
  { kind: "manylinux", glibc: [2, 28], arch: "x86_64" },
  { kind: "manylinux", glibc: [2, 35], arch: "x86_64" },
  { kind: "manylinux", glibc: [2, 39], arch: "riscv64" },
  { kind: "manylinux", glibc: [2, 41], arch: "ppc64le" },
  { kind: "manylinux", glibc: [2, 31], arch: "armv7l" },
  { kind: "manylinux", glibc: [2, 31], arch: "armv8l" },
  { kind: "manylinux", glibc: [2, 31], arch: "armv6l" },
  { kind: "manylinux", glibc: [2, 4], arch: "x86_64" },
  { kind: "musllinux", musl: [1, 2], arch: "x86_64" },
  { kind: "musllinux", musl: [1, 1], arch: "armv8l" },
];

const MACOS: readonly MacosPlatform[] = [
  { kind: "macos", version: [10, 9], arch: "x86_64" },
  { kind: "macos", version: [10, 16], arch: "x86_64" },
  { kind: "macos", version: [10, 6], arch: "i386" },
  { kind: "macos", version: [11, 0], arch: "x86_64" },
  { kind: "macos", version: [11, 6], arch: "arm64" },
  { kind: "macos", version: [13, 0], arch: "arm64" },
  { kind: "macos", version: [14, 5], arch: "x86_64" },
  { kind: "macos", version: [26, 1], arch: "arm64" },
];

const WINDOWS = { AMD64: "win_amd64", x86: "win32", ARM64: "win_arm64" };

const INTERPRETERS = [
  { python: [3, 7], freeThreaded: false, abi: "cp37m" },
  { python: [3, 9], freeThreaded: false, abi: "cp39" },
  { python: [3, 12], freeThreaded: false, abi: "cp312" },
  { python: [3, 13], freeThreaded: true, abi: "cp313t" },
  { python: [3, 15], freeThreaded: true, abi: "cp315t" },
] as const;

async function expectTags(targets: readonly PlatformTarget[], platformsOf: (target: PlatformTarget) => unknown) {
  const cases = targets.flatMap((platform) => INTERPRETERS.map((interpreter) => ({ platform, interpreter })));
  const questions = cases.map(({ platform, interpreter }) => ({
    ...platform,
    python: interpreter.python,
    abi: interpreter.abi,
    platforms: platformsOf(platform),
  }));
  const answers = await askPackaging<string[]>("target_tags", questions);
  for (const [i, { platform, interpreter }] of cases.entries()) {
    const { python, freeThreaded } = interpreter;
    expect([...compatibleTags({ implementation: "cpython", python, freeThreaded, platform })]).toEqual(
      answers[i] ?? [],
    );
  }
}

describe("tags come in the order of packaging", () => {
  test(
    "for Linux platforms",
    async () => {
      const questions = LINUX.map((platform) => ({
        ...platform,
        archs: platform.arch === "armv8l" ? ["armv8l", "armv7l"] : [platform.arch],
        // Its own look at the interpreter's file: everything but armv6l has an ABI that PEP 600 knows.
        manylinux: platform.arch !== "armv6l",
      }));
      const answers = await askPackaging<string[]>("linux_platforms", questions);
      expect(LINUX.map((platform) => [...platformTags(platform)])).toEqual(answers);
      await expectTags(LINUX, (platform) => answers[LINUX.indexOf(platform as LinuxPlatform)]);
    },
    TIMEOUT_MS,
  );

  test("for macOS", () => expectTags(MACOS, () => null), TIMEOUT_MS);

  test(
    "for Windows",
    async () => {
      const targets = Object.keys(WINDOWS).map((arch): PlatformTarget => ({ kind: "windows", arch }));
      await expectTags(targets, (target) => [WINDOWS[target.arch as keyof typeof WINDOWS]]);
    },
    TIMEOUT_MS,
  );

  test(
    "for the interpreter that runs the oracle",
    async () => {
      const [answer] = await askPackaging<{
        tags: string[];
        python: [number, number];
        glibc: [number, number];
        arch: string;
      }>("this_interpreter", [null]);
      expect(answer).toBeDefined();
      if (answer === undefined || answer.glibc[0] < 0) return;
      const { python, glibc, arch } = answer;
      const platform: PlatformTarget = { kind: "manylinux", glibc, arch };
      const ours = compatibleTags({ implementation: "cpython", python, freeThreaded: false, platform });
      expect([...ours]).toEqual(answer.tags);
    },
    TIMEOUT_MS,
  );
});

describe("wheelRank", () => {
  const platform: PlatformTarget = { kind: "manylinux", glibc: [2, 35], arch: "x86_64" };
  const index = indexTags(
    compatibleTags({ implementation: "cpython", python: [3, 12], freeThreaded: false, platform }),
  );
  const rank = (python: string, abi: string, platforms: string) => wheelRank(expandTags(python, abi, platforms), index);

  test("prefers the interpreter's own ABI, then the stable one, then pure Python", () => {
    const own = rank("cp312", "cp312", "manylinux_2_17_x86_64.manylinux2014_x86_64");
    const stable = rank("cp38", "abi3", "manylinux_2_17_x86_64");
    const pure = rank("py2.py3", "none", "any");
    expect([own, stable, pure].every((r) => r !== undefined)).toBe(true);
    expect(own).toBeLessThan(stable ?? -1);
    expect(stable).toBeLessThan(pure ?? -1);
  });

  test("knows no rank for a wheel of another platform or a newer interpreter", () => {
    expect(rank("cp312", "cp312", "win_amd64")).toBeUndefined();
    expect(rank("cp313", "abi3", "manylinux_2_17_x86_64")).toBeUndefined();
    expect(rank("cp312", "cp312", "manylinux_2_36_x86_64")).toBeUndefined();
  });
});
