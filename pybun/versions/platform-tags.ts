/**
 * The platform part of wheel tags: which platform names a machine can use, best first.
 *
 *   manylinux   linux_ARCH, then each glibc from the machine's down to the oldest that PEP 600 speaks of, with the
 *               names that PEP 513, 571 and 599 gave to three of them
 *   musllinux   linux_ARCH, then each minor version of musl down to 0 (PEP 656)
 *   macos       each system version down to the first of the architecture, with the names of fat binaries
 *   windows     one name an architecture
 */

/** A platform that wheels are chosen for. Versions are major and minor; `arch` is what `platform.machine()` says. */
export type PlatformTarget =
  | { readonly kind: "manylinux"; readonly glibc: readonly [number, number]; readonly arch: string }
  | { readonly kind: "musllinux"; readonly musl: readonly [number, number]; readonly arch: string }
  | { readonly kind: "macos"; readonly version: readonly [number, number]; readonly arch: string }
  | { readonly kind: "windows"; readonly arch: string };

/** The platform names that wheels for a target may have, in order of preference. */
export function platformTags(platform: PlatformTarget): readonly string[] {
  switch (platform.kind) {
    case "manylinux":
      return linuxTags(platform.arch, (arch) => manylinuxTags(platform.glibc, arch));
    case "musllinux":
      return linuxTags(platform.arch, (arch) => musllinuxTags(platform.musl, arch));
    case "macos":
      return macosTags(platform.version, platform.arch);
    case "windows":
      return [WINDOWS_NAMES.get(platform.arch.toLowerCase()) ?? `win_${platform.arch.toLowerCase()}`];
  }
}

const WINDOWS_NAMES: ReadonlyMap<string, string> = new Map([
  ["amd64", "win_amd64"],
  ["x86_64", "win_amd64"],
  ["x86", "win32"],
  ["i686", "win32"],
  ["arm64", "win_arm64"],
  ["aarch64", "win_arm64"],
]);

/** A 64-bit ARM kernel with a 32-bit interpreter also runs what was built for ARMv7. */
function linuxTags(arch: string, tagsOf: (arch: string) => readonly string[]): string[] {
  const archs = arch === "armv8l" ? ["armv8l", "armv7l"] : [arch];
  return [...archs.map((name) => `linux_${name}`), ...archs.flatMap(tagsOf)];
}

const MANYLINUX_ARCHS: ReadonlySet<string> = new Set([
  "x86_64",
  "i686",
  "aarch64",
  "armv7l",
  "armv8l",
  "ppc64",
  "ppc64le",
  "s390x",
  "loongarch64",
  "riscv64",
]);

const LEGACY_MANYLINUX: ReadonlyMap<number, string> = new Map([
  [17, "manylinux2014"],
  [12, "manylinux2010"],
  [5, "manylinux1"],
]);

/** Only glibc 2 exists. x86 has wheels since PEP 513 (2.5), all other architectures since PEP 599 (2.17). */
function manylinuxTags([major, minor]: readonly [number, number], arch: string): string[] {
  const tags: string[] = [];
  if (!MANYLINUX_ARCHS.has(arch) || major !== 2) return tags;
  const oldest = arch === "x86_64" || arch === "i686" ? 5 : 17;
  for (let older = minor; older >= oldest; older--) {
    tags.push(`manylinux_${major}_${older}_${arch}`);
    const legacy = LEGACY_MANYLINUX.get(older);
    if (legacy !== undefined) tags.push(`${legacy}_${arch}`);
  }
  return tags;
}

function musllinuxTags([major, minor]: readonly [number, number], arch: string): string[] {
  return Array.from({ length: minor + 1 }, (_, index) => `musllinux_${major}_${minor - index}_${arch}`);
}

/** The last of the 10.x series by its own count; what 11 and newer call themselves for old programs. */
const MACOS_10_MINOR_MAX = 16;
/** The first version whose binaries could hold several architectures of Intel. */
const MACOS_10_MINOR_MIN = 4;

/** Up to 10.x the minor version counted the yearly releases, from 11 on the major version does. */
function macosTags([major, minor]: readonly [number, number], arch: string): string[] {
  if (major === 10) return macos10Tags(minor, arch);
  const tags: string[] = [];
  for (let older = major; older >= 11; older--) {
    for (const format of macosFormats(arch)) tags.push(`macosx_${older}_0_${format}`);
  }
  if (arch === "x86_64") return [...tags, ...macos10Tags(MACOS_10_MINOR_MAX, arch)];
  // Nothing was built for ARM before 11, but a universal binary carries the lower version of its Intel half.
  for (let older = MACOS_10_MINOR_MAX; older >= MACOS_10_MINOR_MIN; older--) tags.push(`macosx_10_${older}_universal2`);
  return tags;
}

function macos10Tags(minor: number, arch: string): string[] {
  const tags: string[] = [];
  const oldest = arch === "x86_64" || arch === "i386" ? MACOS_10_MINOR_MIN : 0;
  for (let older = minor; older >= oldest; older--) {
    for (const format of macosFormats(arch)) tags.push(`macosx_10_${older}_${format}`);
  }
  return tags;
}

/** The names of binaries that hold code for an architecture, the thinnest first. */
function macosFormats(arch: string): readonly string[] {
  if (arch === "x86_64") return ["x86_64", "intel", "fat64", "fat3", "universal2", "universal"];
  if (arch === "i386") return ["i386", "intel", "fat3", "fat", "universal"];
  return arch === "arm64" ? ["arm64", "universal2"] : [arch];
}
