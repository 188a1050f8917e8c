import { expect, test } from "bun:test";
import type { PlatformTarget } from "../versions/platform-tags.ts";
import { formatKeyPlatform, keyPlatformOf, meetsKey, parseKeyPlatform } from "./key-platform.ts";

const parsed = (text: string) => parseKeyPlatform(text.split("-"));
const glibc: PlatformTarget = { kind: "manylinux", glibc: [2, 35], arch: "x86_64" };
const musl: PlatformTarget = { kind: "musllinux", musl: [1, 2], arch: "aarch64" };
const apple: PlatformTarget = { kind: "macos", version: [14, 0], arch: "arm64" };
const windows: PlatformTarget = { kind: "windows", arch: "AMD64" };

test("the words of a key are system, architecture and C library, in this order, and each may be missing", () => {
  expect(parsed("linux-x86_64-gnu")).toEqual({ system: "linux", architecture: "x86_64", libc: "gnu" });
  expect(parsed("Darwin-arm64")).toEqual({ system: "macos", architecture: "aarch64" });
  expect(parsed("aarch64")).toEqual({ architecture: "aarch64" });
  expect(parsed("any-x86_64")).toEqual({ architecture: "x86_64" });
  expect(parsed("any-any-any")).toEqual({});
  for (const text of ["foo", "gnu-linux", "linux-foo", "linux-x86_64-gnu-gnu", "any-any-any-any", "constructor", ""]) {
    expect(parsed(text), text).toBeUndefined();
  }
});

test("an interpreter's platform meets the keys that ask for no more than it is", () => {
  const met = (platform: PlatformTarget, ...keys: readonly string[]) =>
    keys.filter((key) => meetsKey(platform, parsed(key) ?? {}));
  const keys = ["linux", "x86_64", "linux-x86_64-gnu", "linux-aarch64-musl", "macos-arm64-none", "windows-amd64-none"];
  expect(met(glibc, ...keys)).toEqual(["linux", "x86_64", "linux-x86_64-gnu"]);
  expect(met(musl, ...keys)).toEqual(["linux", "linux-aarch64-musl"]);
  expect(met(apple, ...keys)).toEqual(["macos-arm64-none"]);
  expect(met(windows, ...keys)).toEqual(["x86_64", "windows-amd64-none"]);
  expect(formatKeyPlatform(keyPlatformOf(apple))).toBe("macos-aarch64-none");
});
