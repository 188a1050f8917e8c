/** What commands hand on to the library when they load a component. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentReport } from "@vivarium/core/report";
import { Component } from "../runtime/component.ts";
import { openComponent } from "./open-component.ts";
import { componentFiles } from "./testing/components.ts";
import { runIsorun } from "./testing/run-isorun.ts";

const home = mkdtempSync(join(tmpdir(), "isorun-load-"));
let math = "";

beforeAll(async () => {
  math = (await componentFiles()).math;
}, 120_000);
afterAll(() => rmSync(home, { recursive: true }));

const quiet = { signal: new AbortController().signal, lookForSignals: () => undefined };

test.each([true, false])("a signal that comes while it is loaded ends that: found by asking %p", async (isAsked) => {
  const controller = new AbortController();
  const reason = new Error("interrupted by SIGTERM");
  const abort = (): void => controller.abort(reason);
  const lookForSignals = isAsked ? abort : () => undefined;
  const context = { cwd: home, environment: {}, home, platform: "linux" as const, report: silentReport };
  const opening = openComponent(math, {
    context: { ...context, signal: controller.signal, lookForSignals },
    command: "run",
    useStore: false,
  });
  if (!isAsked) abort();
  expect(await opening.catch((error: unknown) => error)).toBe(reason);
});

test("core modules are compiled once, as the budget needs them", async () => {
  const environment = { VIVARIUM_HOME: home };
  const report = silentReport;
  const context = { ...quiet, cwd: home, environment, home, platform: "linux" as const, report };
  const opened = await openComponent(math, {
    context,
    command: "run",
    useStore: false,
    budget: { maxMemoryBytes: 1 << 20 },
  });
  const { modules, metered } = Component.partsOf(opened.component);
  expect({ plain: modules.size, metered: [...metered.keys()] }).toEqual({
    plain: 0,
    metered: [expect.stringContaining('"growth":true')],
  });
});

/** The words behind the hash: what the modules count. */
const keptModules = (): string[] =>
  readdirSync(home, { recursive: true, encoding: "utf8" })
    .flatMap((path) => /isorun-modules[^/]*\/[^/]*?\.([a-z-]+)$/.exec(path)?.[1] ?? [])
    .toSorted();

test("the store keeps the component, and its modules for each kind of budget", async () => {
  const run = (...flags: readonly string[]) =>
    runIsorun(["run", math, "--invoke=add(1, 2)", "--format=jsonl", ...flags], { home, cwd: home });
  const sources = async (...flags: readonly string[]) => /"from":"(\w+)"/.exec((await run(...flags)).stdout)?.[1];
  expect(await sources("--no-cache")).toBe("file");
  expect(keptModules()).toEqual([]);
  expect(await sources()).toBe("file");
  expect(keptModules()).toEqual(["fuel"]);
  expect(await sources("--memory=1MiB")).toBe("store");
  expect(keptModules()).toEqual(["fuel", "fuel-growth"]);
  expect(await sources("--no-fuel", "--memory=1MiB")).toBe("store");
  expect(keptModules()).toEqual(["fuel", "fuel-growth", "growth"]);
});
