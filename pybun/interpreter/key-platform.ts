/**
 * The platform that a key such as `cpython-3.12-linux-x86_64-gnu` asks for: up to three words for system, architecture
 * and C library, in this order, of which each may be `any` or absent. They are uv's words, and as with uv a word that
 * is none of them makes the whole a name.
 */
import type { PlatformTarget } from "../versions/platform-tags.ts";

export interface KeyPlatform {
  readonly system?: string;
  readonly architecture?: string;
  readonly libc?: string;
}

type Words = Readonly<Record<string, string>>;

const named = (...names: readonly string[]): Words => Object.fromEntries(names.map((name) => [name, name]));

const systems: Words = {
  ...named("linux", "macos", "windows", "android", "ios", "freebsd", "netbsd", "openbsd", "emscripten", "wasi"),
  darwin: "macos",
};

const architectures: Words = {
  ...named("x86_64", "aarch64", "i686", "armv6l", "armv7l", "ppc64", "ppc64le", "s390x", "riscv64", "loongarch64"),
  amd64: "x86_64",
  arm64: "aarch64",
  x86: "i686",
  i386: "i686",
  i586: "i686",
  armv6: "armv6l",
  armv7: "armv7l",
  armv8l: "armv7l",
  powerpc64: "ppc64",
  powerpc64le: "ppc64le",
  riscv64gc: "riscv64",
};

const libcs: Words = { ...named("gnu", "musl", "none"), gnueabi: "gnu", gnueabihf: "gnu", musleabihf: "musl" };

const parts = [
  ["system", systems],
  ["architecture", architectures],
  ["libc", libcs],
] as const;

/** Reads the words of a key that follow its version; undefined where one means nothing at its place. */
export function parseKeyPlatform(words: readonly string[]): KeyPlatform | undefined {
  const platform: Partial<Record<keyof KeyPlatform, string>> = {};
  let place = 0;
  for (const word of words.map((one) => one.toLowerCase())) {
    while (place < parts.length && !isOneOf(parts[place]?.[1], word)) place++;
    const [part, known] = parts[place++] ?? [];
    if (part === undefined || known === undefined) return undefined;
    if (word !== "any") platform[part] = known[word] ?? word;
  }
  return platform;
}

const isOneOf = (known: Words | undefined, word: string): boolean =>
  word === "any" || (known !== undefined && Object.hasOwn(known, word));

/** Whether an interpreter's platform is all that the key asks for. */
export function meetsKey(platform: PlatformTarget, key: KeyPlatform): boolean {
  const own = keyPlatformOf(platform);
  return parts.every(([part]) => key[part] === undefined || key[part] === own[part]);
}

/** `linux-x86_64-gnu`; what is not asked for is left out. */
export const formatKeyPlatform = (platform: KeyPlatform): string =>
  parts.flatMap(([part]) => platform[part] ?? []).join("-");

/** The key of an interpreter's platform. */
export function keyPlatformOf({ kind, arch }: PlatformTarget): Required<KeyPlatform> {
  const system = kind === "macos" || kind === "windows" ? kind : "linux";
  const architecture = architectures[arch.toLowerCase()] ?? arch.toLowerCase();
  const libc = kind === "manylinux" ? "gnu" : kind === "musllinux" ? "musl" : "none";
  return { system, architecture, libc };
}
