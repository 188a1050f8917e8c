import { describe, expect, test } from "bun:test";
import { paintOf } from "./colors.ts";
import { createProgressModel, type Observation, observe, progressLines, summaryLine } from "./progress-model.ts";
import { formatBytes, formatDuration } from "./quantities.ts";

const progress = (name: string, done: number, total?: number): Observation => ({
  kind: "download.progress",
  fields: { name, bytes_done: done, ...(total === undefined ? {} : { bytes_total: total }) },
});

function modelAfter(observations: readonly (readonly [number, Observation])[]) {
  const model = createProgressModel();
  for (const [nowMs, observation] of observations) observe(model, observation, nowMs);
  return model;
}

const twoDownloads = modelAfter([
  [0, progress("numpy-2.4.6-cp311-cp311-linux_x86_64.whl", 0, 18_000_000)],
  [0, progress("a-distribution-with-a-very-long-name", 0, 4_000_000)],
  [1_000, progress("numpy-2.4.6-cp311-cp311-linux_x86_64.whl", 9_000_000, 18_000_000)],
  [1_000, progress("a-distribution-with-a-very-long-name", 1_000_000, 4_000_000)],
]);

const draw = (width: number): string =>
  progressLines(twoDownloads, { nowMs: 1_000, width, paint: paintOf(false) }).join("\n");

test("downloads: amount, rate, time left, a bar for each, the one with most to come first", () => {
  expect(draw(90)).toMatchInlineSnapshot(`
    "Downloading 2 files, 10.0 MB of 22.0 MB, 10.0 MB/s, 2 s left
      numpy 2.4.6               ━━━━━━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌  9.0 MB of 18.0 MB
      a-distribution-with-a-v…  ━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌  1.0 MB of 4.0 MB"
  `);
});

test("a narrow terminal gets no bars, and no line that would wrap", () => {
  expect(draw(40)).toMatchInlineSnapshot(`
    "Downloading 2 files, 2 s left
      numpy 2.4.6    9.0 MB of 18.0 MB
      a-distributi…  1.0 MB of 4.0 MB"
  `);
  for (let width = 10; width < 120; width++) {
    for (const line of draw(width).split("\n")) expect(line.length).toBeLessThan(width);
  }
});

test("the stages of a resolution and an installation", () => {
  const start: Observation = { kind: "resolve.start", fields: { requirements: [], python: "3", platform: "" } };
  const request: Observation = {
    kind: "index.request",
    fields: { url: "", status: 200, cache: "miss", bytes: 1, duration_ms: 1 },
  };
  const finish: Observation = { kind: "resolve.finish", fields: { packages: 1, requests: 2, duration_ms: 1 } };
  const unpack: Observation = {
    kind: "install.unpack",
    fields: { name: "a", version: "1", files: 1, bytes: 1, duration_ms: 1 },
  };
  const run: Observation = { kind: "run.start", fields: { command: [], interpreter: "", selected_by: "" } };
  const steps: [Observation, string | undefined][] = [
    [request, undefined],
    [start, "Resolving (1 answer from the index)"],
    [finish, undefined],
    [unpack, "Installing (1 wheel unpacked)"],
    [run, undefined],
  ];
  const model = createProgressModel();
  for (const [observation, line] of steps) {
    observe(model, observation, 0);
    expect(summaryLine(model, { nowMs: 0 })).toBe(line);
  }
});

test("a download that ended counts on; one without a known size has no time left", () => {
  const finish: Observation = { kind: "download.finish", fields: { name: "a", url: "", bytes: 500, duration_ms: 1 } };
  const model = modelAfter([
    [0, progress("a", 500, 500)],
    [0, progress("b", 0)],
    [500, finish],
    [1_000, progress("b", 2_000)],
  ]);
  expect(summaryLine(model, { nowMs: 1_000 })).toBe("Downloading 2 files, 3 kB of 3 kB, 2 kB/s");
});

describe("amounts", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [18_240_000, "18.2 MB"],
    [999_950_000, "1.00 GB"],
  ])("%i bytes are %p", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test.each([
    [0, "0 ms"],
    [99, "99 ms"],
    [100, "0.1 s"],
    [9_949, "9.9 s"],
    [9_950, "10 s"],
    [59_400, "59 s"],
    [185_000, "3 min 5 s"],
  ])("%i milliseconds are %p", (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });
});
