import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildWheel,
  type FixtureIndex,
  type FixtureOptions,
  startFixtureIndex,
} from "../../tests/fixture-index/index.ts";
import type { IndexClient } from "../index/client.ts";
import { type OpenOptions, type TestBench, testBench } from "../index/testing.ts";
import { parseRequirement } from "../versions/requirement.ts";
import type { IndexResolution } from "./resolve-request.ts";
import { resolveWithIndex } from "./resolve-with-index.ts";
import { wheelTarget } from "./testing/wheel-target.ts";

const targetFor = (minor: number): IndexResolution["target"] => wheelTarget(`3.${minor}.1`);

interface Answer {
  readonly pins: string;
  /** Projects whose page was asked of the client: those that no memo knew. */
  readonly pages: readonly string[];
}

interface World {
  readonly index: FixtureIndex;
  readonly bench: TestBench;
  readonly resolve: (
    requirement: string,
    options?: Partial<IndexResolution> & { open?: OpenOptions },
  ) => Promise<Answer>;
  readonly memoFiles: () => string[];
}

async function world(options: FixtureOptions, body: (world: World) => Promise<void>): Promise<void> {
  const index = await startFixtureIndex(options);
  using bench = testBench();
  index.add(
    buildWheel({
      name: "app",
      version: "1.0",
      requires: ["lib<3", 'old; python_version<"3.10"', 'extra-lib; extra == "constructor"'],
      extras: ["constructor"],
    }),
  );
  for (const version of ["1.0", "2.0", "3.0"]) index.add(buildWheel({ name: "lib", version }));
  index.add(buildWheel({ name: "old", version: "1.0" }));
  index.add(buildWheel({ name: "extra-lib", version: "1.0" }));
  try {
    await body({
      index,
      bench,
      async resolve(requirement, { open = {}, ...given } = {}) {
        const client = bench.open({ flags: { defaultIndex: index.simple }, ...open });
        const pages: string[] = [];
        const watched: IndexClient = { ...client, page: (name) => (pages.push(name), client.page(name)) };
        const pins = await resolveWithIndex({
          requirements: [parseRequirement(requirement)],
          target: targetFor(12),
          client: watched,
          report: { emit: () => undefined, warn: (problem) => expect(problem).toBeUndefined() },
          ...given,
        });
        // A pin is complete without its page.
        expect(pins.map(({ hashes }) => hashes.length)).toEqual(pins.map(() => 1));
        client.close();
        return { pins: pins.map(({ name, version }) => `${name} ${version}`).join(", "), pages };
      },
      memoFiles: () => findMemos(bench.directory),
    });
  } finally {
    await index.stop();
  }
}

const findMemos = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".memo"))
    .map((path) => join(directory, path));

/** From the network, then from the pages of the cache; after that a memo is there. */
async function warmUp({ resolve }: World, requirement = "app"): Promise<void> {
  await resolve(requirement);
  await resolve(requirement);
}

const forms: readonly FixtureOptions[] = [{ form: "html" }, { form: "json" }];

test.each(forms)("what was resolved before is resolved again without a page: %j", async (options) => {
  await world(options, async (scene) => {
    await warmUp(scene);
    expect(await scene.resolve("app")).toEqual({ pins: "app 1.0, lib 2.0", pages: [] });
    // Other requirements look at other releases: only their pages are read.
    expect(await scene.resolve("lib>2")).toEqual({ pins: "lib 3.0", pages: ["lib"] });
    await warmUp(scene, "lib>2");
    expect(await scene.resolve("lib>2")).toEqual({ pins: "lib 3.0", pages: [] });
    expect(await scene.resolve("app")).toEqual({ pins: "app 1.0, lib 2.0", pages: [] });
  });
});

test("extras have answers of their own, whatever they are called", async () => {
  await world({}, async (scene) => {
    await warmUp(scene);
    const pins = "app 1.0, extra-lib 1.0, lib 2.0";
    expect((await scene.resolve("app[constructor]")).pins).toBe(pins);
    await scene.resolve("app[constructor]");
    expect(await scene.resolve("app[constructor]")).toEqual({ pins, pages: [] });
    expect((await scene.resolve("app")).pins).toBe("app 1.0, lib 2.0");
  });
});

test("markers and policies are judged for each target", async () => {
  await world({}, async (scene) => {
    await warmUp(scene);
    expect((await scene.resolve("app", { target: targetFor(9) })).pins).toBe("app 1.0, lib 2.0, old 1.0");
    expect((await scene.resolve("app", { target: targetFor(9) })).pins).toBe("app 1.0, lib 2.0, old 1.0");
    expect((await scene.resolve("app")).pins).toBe("app 1.0, lib 2.0");
    expect(scene.memoFiles()).toHaveLength(2);
    const noBinary = scene.resolve("app", { noBinary: new Set(["lib"]) });
    expect(await noBinary.catch((error: unknown) => String(error))).toContain("E_RESOLVE_CONFLICT");
  });
});

test("a page is believed as long as the server says, each for itself", async () => {
  await world({ pageHeaders: { "cache-control": "max-age=60" } }, async (scene) => {
    await warmUp(scene);
    scene.index.add(buildWheel({ name: "lib", version: "2.5" }));
    scene.bench.clock.advance(59_000);
    expect(await scene.resolve("app")).toEqual({ pins: "app 1.0, lib 2.0", pages: [] });
    scene.bench.clock.advance(2_000);
    expect((await scene.resolve("app")).pins).toBe("app 1.0, lib 2.5");
    expect((await scene.resolve("app")).pins).toBe("app 1.0, lib 2.5");
    expect(await scene.resolve("app")).toEqual({ pins: "app 1.0, lib 2.5", pages: [] });
    scene.bench.clock.advance(100_000);
    expect(await scene.resolve("app", { open: { offline: true } })).toEqual({ pins: "app 1.0, lib 2.5", pages: [] });
  });
});

test("what another process learned of a page counts at once", async () => {
  await world({}, async (scene) => {
    await warmUp(scene);
    scene.index.add(buildWheel({ name: "lib", version: "2.5" }));
    expect((await scene.resolve("lib<3", { open: { refresh: true } })).pins).toBe("lib 2.5");
    expect((await scene.resolve("app")).pins).toBe("app 1.0, lib 2.5");
  });
});

test("a memo that is damaged, cut, of another format or gone is none", async () => {
  await world({}, async (scene) => {
    await warmUp(scene);
    const [path = ""] = scene.memoFiles();
    const good = readFileSync(path);
    const flipped = (at: number): Buffer => good.with(at, (good[at] ?? 0) ^ 1) as Buffer;
    rmSync(path);
    mkdirSync(path);
    expect((await scene.resolve("app")).pins).toBe("app 1.0, lib 2.0");
    rmSync(path, { recursive: true });
    const bad = [flipped(0), flipped(4), flipped(good.length - 9), good.subarray(0, -1), Buffer.alloc(0), undefined];
    for (const bytes of bad) {
      if (bytes === undefined) rmSync(path);
      else writeFileSync(path, bytes);
      const { pins, pages } = await scene.resolve("app");
      expect(pins).toBe("app 1.0, lib 2.0");
      expect(pages).toEqual(["app", "lib"]);
      expect(await scene.resolve("app")).toEqual({ pins, pages: [] });
    }
  });
});

test("a release that was not looked at before is read from the page, even while the page is replaced", async () => {
  await world({}, async (scene) => {
    await warmUp(scene);
    const client = scene.bench.open({ flags: { defaultIndex: scene.index.simple } });
    const replacing: IndexClient = {
      ...client,
      page(name) {
        scene.index.add(buildWheel({ name: "lib", version: "0.5" }));
        return client.page(name);
      },
    };
    const pins = await resolveWithIndex({
      requirements: [parseRequirement("lib<2")],
      target: targetFor(12),
      client: replacing,
      report: { emit: () => undefined, warn: () => undefined },
    });
    expect(pins.map(({ version }) => version)).toEqual(["1.0"]);
    expect(pins[0]?.hashes).toHaveLength(1);
  });
});
