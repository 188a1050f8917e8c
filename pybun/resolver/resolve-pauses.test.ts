import { expect, test } from "bun:test";
import type { ReleaseSource } from "./release-source.ts";
import { type ResolveRequest, resolve } from "./resolve.ts";
import { universeRequest } from "./testing/resolve-universe.ts";

/** A chain of projects, and a source for each of whose answers the clock of the request goes on by `workMs`. */
function slowRequest(length: number, workMs: number) {
  const universe = Object.fromEntries(
    Array.from({ length }, (_, i) => [`p${i}`, [{ version: "1.0", requires: i + 1 < length ? [`p${i + 1}`] : [] }]]),
  );
  const request = universeRequest(universe, ["p0"]);
  const asked: string[] = [];
  let nowMs = 0;
  const source: ReleaseSource = {
    ...request.source,
    requirements(releases, release, extra) {
      asked.push(releases.name);
      nowMs += workMs;
      return request.source.requirements(releases, release, extra);
    },
  };
  const slow: ResolveRequest = { ...request, source, nowMs: () => nowMs };
  return { request: slow, asked };
}

test("a long resolution lets others run in between, and ends when it is asked to", async () => {
  const { request, asked } = slowRequest(40, 20);
  const ending = new AbortController();
  setImmediate(() => ending.abort(new Error("enough")));
  const outcome = resolve({ ...request, signal: ending.signal }).catch((error: Error) => error.message);
  expect(await outcome).toBe("enough");
  // Three answers of 20 ms are the first to fill a slice of 50.
  expect(asked).toEqual(["p0", "p1", "p2"]);
});

test("pauses change nothing about the result, and are told", async () => {
  const { request, asked } = slowRequest(8, 20);
  const pausedAfter: (string | undefined)[] = [];
  const outcome = await resolve({ ...request, onPause: () => void pausedAfter.push(asked.at(-1)) });
  expect(outcome.kind === "solved" ? outcome.pins.map(({ name }) => name) : []).toEqual(asked);
  expect(pausedAfter).toEqual(["p2", "p5"]);
});
