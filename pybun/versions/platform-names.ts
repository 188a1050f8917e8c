/**
 * The names of platforms that `--platform` takes: those of uv's `--python-platform`, with the same meaning, so that a
 * resolution for another machine can be compared and shared. Android, iOS and Pyodide are not among the targets.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { versionsDiagnostics } from "./diagnostics.ts";
import type { MarkerEnvironment } from "./marker-evaluate.ts";
import type { PlatformTarget } from "./platform-tags.ts";

const problem = problemsOf<typeof versionsDiagnostics>();

/** The markers that a platform decides; the others belong to the interpreter. */
export type PlatformMarkers = Pick<
  MarkerEnvironment,
  "os_name" | "sys_platform" | "platform_machine" | "platform_release" | "platform_system" | "platform_version"
>;

/** What uv 0.13 assumes where a name does not say it: the oldest system that is still in common use. */
const GLIBC_DEFAULT = [2, 28] as const;
const GLIBC_RISCV64 = [2, 39] as const;
const MUSL_DEFAULT = [1, 2] as const;
const MACOS_DEFAULT = [13, 0] as const;

const MANYLINUX_MINORS = [17, 28, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40];

const TARGETS: ReadonlyMap<string, PlatformTarget> = new Map<string, PlatformTarget>([
  ["windows", { kind: "windows", arch: "AMD64" }],
  ["linux", { kind: "manylinux", glibc: GLIBC_DEFAULT, arch: "x86_64" }],
  ["macos", { kind: "macos", version: MACOS_DEFAULT, arch: "arm64" }],
  ["x86_64-pc-windows-msvc", { kind: "windows", arch: "AMD64" }],
  ["aarch64-pc-windows-msvc", { kind: "windows", arch: "ARM64" }],
  ["i686-pc-windows-msvc", { kind: "windows", arch: "x86" }],
  ["x86_64-unknown-linux-gnu", { kind: "manylinux", glibc: GLIBC_DEFAULT, arch: "x86_64" }],
  ["aarch64-unknown-linux-gnu", { kind: "manylinux", glibc: GLIBC_DEFAULT, arch: "aarch64" }],
  ["riscv64-unknown-linux", { kind: "manylinux", glibc: GLIBC_RISCV64, arch: "riscv64" }],
  ["x86_64-unknown-linux-musl", { kind: "musllinux", musl: MUSL_DEFAULT, arch: "x86_64" }],
  ["aarch64-unknown-linux-musl", { kind: "musllinux", musl: MUSL_DEFAULT, arch: "aarch64" }],
  ["x86_64-apple-darwin", { kind: "macos", version: MACOS_DEFAULT, arch: "x86_64" }],
  ["aarch64-apple-darwin", { kind: "macos", version: MACOS_DEFAULT, arch: "arm64" }],
  ...["x86_64", "aarch64"].flatMap(manylinuxNames),
]);

/** Every name that {@link parsePlatformName} accepts. */
export const platformNames: readonly string[] = [...TARGETS.keys()];

/**
 * The platform that a name means. `macosDeploymentTarget` is the value of `MACOSX_DEPLOYMENT_TARGET`, which sets the
 * system version of macOS targets as it does for uv. Throws `E_PLATFORM_UNKNOWN`.
 */
export function parsePlatformName(
  text: string,
  options: { readonly macosDeploymentTarget?: string | undefined } = {},
): PlatformTarget {
  const target = TARGETS.get(text);
  if (target === undefined) throw problem("E_PLATFORM_UNKNOWN", { text, known: platformNames });
  if (target.kind !== "macos") return target;
  const version = /^(\d+)(?:\.(\d+))?(?:\.|$)/.exec(options.macosDeploymentTarget ?? "");
  return version === null ? target : { ...target, version: [Number(version[1]), Number(version[2] ?? 0)] };
}

/** The marker values of a platform. Release and version of a system that nobody runs on are empty, as for uv. */
export function platformMarkers(platform: PlatformTarget): PlatformMarkers {
  return {
    ...systemMarkers(platform.kind),
    platform_machine: platform.arch,
    platform_release: "",
    platform_version: "",
  };
}

function systemMarkers(kind: PlatformTarget["kind"]) {
  switch (kind) {
    case "manylinux":
    case "musllinux":
      return { os_name: "posix", sys_platform: "linux", platform_system: "Linux" };
    case "macos":
      return { os_name: "posix", sys_platform: "darwin", platform_system: "Darwin" };
    case "windows":
      return { os_name: "nt", sys_platform: "win32", platform_system: "Windows" };
  }
}

function manylinuxNames(arch: string): [string, PlatformTarget][] {
  const target = (minor: number): PlatformTarget => ({ kind: "manylinux", glibc: [2, minor], arch });
  const names = MANYLINUX_MINORS.map((minor): [string, PlatformTarget] => [
    `${arch}-manylinux_2_${minor}`,
    target(minor),
  ]);
  return [[`${arch}-manylinux2014`, target(17)], ...names];
}
