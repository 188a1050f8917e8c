import { expect, test } from "bun:test";
import type { ReleaseSource } from "./release-source.ts";
import { resolve } from "./resolve.ts";
import { universeRequest } from "./testing/resolve-universe.ts";

/** A chain of projects, and a source that takes a while for each. */
function slowRequest(length: number, workMs: number) {
  const universe = Object.fromEntries(
    Array.from({ length }, (_, i) => [`p${i}`, [{ version: "1.0", requires: i + 1 < length ? [`p${i + 1}`] : [] }]]),
  );
  const request = universeRequest(universe, ["p0"]);
  const asked: string[] = [];
  const source: ReleaseSource = {
    ...request.source,
    requirements(releases, release, extra) {
      asked.push(releases.name);
      const endMs = performance.now() + workMs;
      while (performance.now() < endMs) continue;
      return request.source.requirements(releases, release, extra);
    },
  };
  return { request: { ...request, source }, asked };
}

test("a long resolution lets others run in between, and ends when it is asked to", async () => {
  const { request, asked } = slowRequest(40, 20);
  const ending = new AbortController();
  setImmediate(() => ending.abort(new Error("enough")));
  const outcome = resolve({ ...request, signal: ending.signal }).catch((error: Error) => error.message);
  expect(await outcome).toBe("enough");
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.length).toBeLessThan(10);
});

test("pauses change nothing about the result", async () => {
  const { request, asked } = slowRequest(8, 20);
  const outcome = await resolve(request);
  expect(outcome.kind === "solved" ? outcome.pins.map(({ name }) => name) : []).toEqual(asked);
});
