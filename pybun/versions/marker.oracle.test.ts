import { describe, expect, test } from "bun:test";
import { evaluateMarker, formatMarker, type MarkerEnvironment, parseMarker } from "./marker.ts";
import { normalizeName } from "./name.ts";
import { samples, seed } from "./testing/arbitraries.ts";
import { askPackaging } from "./testing/packaging-oracle.ts";
import { markerText } from "./testing/requirement-arbitraries.ts";

const CASES = 6000;
const TIMEOUT_MS = 120_000;

const linux: MarkerEnvironment = {
  os_name: "posix",
  sys_platform: "linux",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "5.15.0-101-generic",
  platform_system: "Linux",
  platform_version: "#1 SMP Thu Jan 1",
  python_version: "3.11",
  python_full_version: "3.11.4",
  implementation_name: "cpython",
  implementation_version: "3.11.4",
};

const ENVIRONMENTS: readonly MarkerEnvironment[] = [
  linux,
  { ...linux, python_version: "3.13", python_full_version: "3.13.0a1+", implementation_version: "3.13.0a1" },
  {
    ...linux,
    sys_platform: "darwin",
    platform_system: "Darwin",
    platform_release: "22.6.0",
    platform_machine: "arm64",
  },
  {
    ...linux,
    os_name: "nt",
    sys_platform: "win32",
    platform_system: "Windows",
    platform_release: "10",
    platform_version: "10.0.19045",
  },
  { ...linux, python_version: "2.7", python_full_version: "2.7.18", platform_release: "", platform_version: "" },
  { ...linux, platform_python_implementation: "PyPy", implementation_name: "pypy", implementation_version: "7.3.13" },
];
const EXTRAS = ["", "test", "dev-tools", "A_B"];

describe(`markers, seed ${seed}`, () => {
  test(
    "hold where packaging says",
    async () => {
      const cases = samples(markerText, CASES).map((text, i): [string, MarkerEnvironment, string] => [
        text,
        ENVIRONMENTS[i % ENVIRONMENTS.length] ?? linux,
        EXTRAS[(i >> 3) % EXTRAS.length] ?? "",
      ]);
      const answers = await askPackaging<boolean | null>("marker", cases);
      const ours = cases.map(([text, environment, extra]) =>
        evaluateMarker(parseMarker(text), environment, new Set(extra === "" ? [] : [normalizeName(extra)])),
      );
      expect(cases.map((c, i) => ({ case: c, holds: ours[i] }))).toEqual(
        cases.map((c, i) => ({ case: c, holds: answers[i] as boolean })),
      );
    },
    TIMEOUT_MS,
  );

  test("are printed so that reading them again gives the same tree", () => {
    for (const text of samples(markerText, CASES)) {
      const marker = parseMarker(text);
      expect(parseMarker(formatMarker(marker))).toEqual(marker);
    }
  });
});
