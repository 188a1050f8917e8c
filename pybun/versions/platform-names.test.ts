import { describe, expect, test } from "bun:test";
import { parsePlatformName, platformMarkers, platformNames } from "./platform-names.ts";
import type { PlatformTarget } from "./platform-tags.ts";
import { diagnosticOf } from "./testing/problem.ts";

describe("parsePlatformName", () => {
  test.each<[string, PlatformTarget]>([
    ["linux", { kind: "manylinux", glibc: [2, 28], arch: "x86_64" }],
    ["aarch64-unknown-linux-gnu", { kind: "manylinux", glibc: [2, 28], arch: "aarch64" }],
    ["x86_64-manylinux2014", { kind: "manylinux", glibc: [2, 17], arch: "x86_64" }],
    ["aarch64-manylinux_2_40", { kind: "manylinux", glibc: [2, 40], arch: "aarch64" }],
    ["x86_64-unknown-linux-musl", { kind: "musllinux", musl: [1, 2], arch: "x86_64" }],
    ["macos", { kind: "macos", version: [13, 0], arch: "arm64" }],
    ["x86_64-apple-darwin", { kind: "macos", version: [13, 0], arch: "x86_64" }],
    ["windows", { kind: "windows", arch: "AMD64" }],
    ["i686-pc-windows-msvc", { kind: "windows", arch: "x86" }],
  ])("%s", (name, target) => {
    expect(parsePlatformName(name)).toEqual(target);
  });

  test("takes the version of macOS from the deployment target", () => {
    const versionOf = (macosDeploymentTarget: string) => {
      const target = parsePlatformName("macos", { macosDeploymentTarget });
      return target.kind === "macos" ? [...target.version] : undefined;
    };
    expect(versionOf("12.3")).toEqual([12, 3]);
    expect(versionOf("14")).toEqual([14, 0]);
    expect(versionOf("10.15.7")).toEqual([10, 15]);
    expect(versionOf("new")).toEqual([13, 0]);
  });

  test("refuses other names with E_PLATFORM_UNKNOWN and lists those it knows", () => {
    const { code, message, hint } = diagnosticOf(() => parsePlatformName("amiga"));
    expect({ code, message }).toEqual({ code: "E_PLATFORM_UNKNOWN", message: "unknown platform 'amiga'" });
    expect(hint).toContain("x86_64-manylinux_2_28");
  });
});

test("platformMarkers are those that a program would see there", () => {
  const markersOf = (name: string) => platformMarkers(parsePlatformName(name));
  expect(markersOf("windows")).toEqual({
    os_name: "nt",
    sys_platform: "win32",
    platform_machine: "AMD64",
    platform_system: "Windows",
    platform_release: "",
    platform_version: "",
  });
  expect(markersOf("macos")).toMatchObject({
    sys_platform: "darwin",
    platform_machine: "arm64",
    platform_system: "Darwin",
  });
  expect(
    platformNames.filter((name) => name.includes("linux")).every((name) => markersOf(name).sys_platform === "linux"),
  ).toBe(true);
});
