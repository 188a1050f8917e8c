/** What is asked for before the solver asks: told by the files that are asked for, in order. */
import { expect, test } from "bun:test";
import type { ProjectPage } from "../index/index-file.ts";
import type { SelectionRule } from "../resolver/select-release.ts";
import { parseSpecifiers } from "../versions/specifier.ts";
import { specifiersToRange } from "../versions/specifier-range.ts";
import { parseVersion } from "../versions/version.ts";
import { type FetchAhead, type Likely, openFetchAhead } from "./fetch-ahead.ts";
import { nextReleases } from "./next-releases.ts";
import { candidatePolicy } from "./policy.ts";
import { type ProjectReleases, projectReleases } from "./project-releases.ts";
import { wheelTarget } from "./testing/wheel-target.ts";

const policy = candidatePolicy(wheelTarget("3.12.4"), []);

/** Releases of these versions, ascending, each with one wheel. */
function releasesOf(versions: readonly string[]): ProjectReleases {
  const page: ProjectPage = {
    name: "left",
    index: "https://example.org/simple",
    count: versions.length,
    keyAt: (release) => parseVersion(versions[release] ?? "").key,
    textAt: (release) => versions[release] ?? "",
    filesAt: (release) => [
      {
        filename: `left-${versions[release]}-py3-none-any.whl`,
        url: `https://example.org/left-${versions[release]}-py3-none-any.whl`,
        hashes: {},
        yanked: false,
        metadata: false,
        kind: "wheel",
      },
    ],
  };
  return projectReleases(page, policy);
}

const upTo = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i}.0`);
const range = (text: string) => specifiersToRange(parseSpecifiers(text));
const highest: SelectionRule = { highest: true, prereleases: "prefer-final" };

function next(versions: readonly string[], text: string, more: Partial<SelectionRule> & { after: string }): string {
  const releases = releasesOf(versions);
  const rule = { ...highest, ...more };
  const found = nextReleases(releases, { range: range(text), rule, after: versions.indexOf(more.after) });
  return [...found].map((release) => releases.textAt(release)).join(" ");
}

test("the next releases are those of the range as the rule prefers them, then those beyond in order", () => {
  const versions = ["1.0", "2.0a1", "2.0", "3.0", "4.0a1", "4.0"];
  expect(next(versions, ">=2.0a1,<4", { after: "4.0" })).toBe("3.0 2.0 2.0a1 1.0");
  expect(next(versions, ">=2.0a1,<4", { after: "3.0", prereleases: "disallow" })).toBe("2.0 1.0");
  expect(next(versions, ">=2.0a1,<4", { after: "3.0", prereleases: "allow" })).toBe("2.0 2.0a1 1.0");
  expect(next(versions, "!=2.0", { after: "1.0", highest: false })).toBe("3.0 4.0 2.0a1 4.0a1 2.0");
});

interface Scene {
  readonly ahead: FetchAhead;
  readonly releases: ProjectReleases;
  /** Versions whose metadata was asked for since the last call. */
  readonly asked: () => string;
}

function scene(versions: readonly string[], likely: Likely): Scene {
  const releases = releasesOf(versions);
  const files: string[] = [];
  const seen = new Set<string>();
  const ahead = openFetchAhead({
    likely,
    knownPage: () => releases,
    askPage: () => releases,
    askMetadata: ({ filename }) => {
      if (!seen.has(filename)) files.push(filename.split("-")[1] ?? "");
      seen.add(filename);
    },
  });
  return { ahead, releases, asked: () => files.splice(0).join(" ") };
}

const somethingToWaitFor = (): Promise<void> => Promise.resolve();

test("nothing is fetched ahead until something has to be waited for", () => {
  const { ahead, releases, asked } = scene(upTo(20), highest);
  ahead.mention("left", range(">=5"));
  ahead.tries(releases, 19);
  ahead.tries(releases, 18);
  expect(asked()).toBe("");
  void ahead.waited(somethingToWaitFor());
  expect(asked()).toBe("19.0");
});

test("from the second release of a project on, the next ones are under way, and ever more of them", () => {
  const { ahead, releases, asked } = scene(upTo(100), highest);
  void ahead.waited(somethingToWaitFor());
  ahead.mention("left", range(">=5"));
  expect(asked()).toBe("99.0");
  ahead.tries(releases, 99);
  expect(asked()).toBe("");
  ahead.tries(releases, 98);
  expect(asked()).toBe("97.0 96.0 95.0 94.0");
  ahead.tries(releases, 98);
  expect(asked()).toBe("");
  ahead.tries(releases, 97);
  expect(asked()).toBe("93.0 92.0 91.0 90.0 89.0");
});

test("what the root requirements exclude is never fetched ahead", () => {
  const bounds = new Map([["left", range(">=2,<9")]]);
  const { ahead, releases, asked } = scene(upTo(12), { ...highest, bounds });
  void ahead.waited(somethingToWaitFor());
  ahead.mention("left", range("==8.*"));
  for (const release of [8, 7, 6]) ahead.tries(releases, release);
  expect(asked()).toBe("8.0 6.0 5.0 4.0 3.0 2.0");
});
