/** How many events the output of a program becomes, and where these stand among others. */
import { afterEach, expect, jest, test } from "bun:test";
import type { Report } from "@vivarium/core/report";
import { OutputEvents, type StreamName } from "./output-events.ts";

interface Told {
  readonly kind: string;
  readonly stream?: StreamName;
  readonly data?: string;
  readonly encoding?: string;
  readonly bytes_max?: number;
}

function open(format: "json" | "jsonl", maxOutputBytes?: number) {
  const told: Told[] = [];
  const report: Report = { emit: (kind, fields) => void told.push({ kind, ...fields }), warn: () => undefined };
  const controller = new AbortController();
  const budget = maxOutputBytes === undefined ? {} : { maxOutputBytes };
  const events = new OutputEvents({ context: { format, report, signal: controller.signal }, budget });
  const write = (stream: StreamName, text: string): void => events.write(stream, new TextEncoder().encode(text));
  return { told, events, write, controller };
}

afterEach(() => void jest.useRealTimers());

const textsOf = (told: readonly Told[]) => told.map(({ stream, data }) => [stream, data]);

test("what comes byte by byte becomes an event for each 64 KiB, with the same bytes", () => {
  const { told, events, write } = open("json");
  const bytes = new TextEncoder().encode("aé€😀\uFEFF".repeat(20_000));
  for (let at = 0; at < bytes.length; at += 1) events.write("stdout", bytes.subarray(at, at + 1));
  events.end();
  expect(told.length).toBe(Math.ceil(bytes.length / (64 << 10)));
  expect(told.map(({ data }) => data).join("") === "aé€😀\uFEFF".repeat(20_000)).toBe(true);
  write("stdout", "more");
  events.end();
  events.end();
  expect(told.at(-1)).toEqual({ kind: "run.output", stream: "stdout", encoding: "utf-8", data: "more" });
  expect(told.length).toBe(Math.ceil(bytes.length / (64 << 10)) + 1);
});

test("streams, encodings and other events keep their order", () => {
  const { told, events, write } = open("json");
  write("stdout", "a");
  write("stdout", "b");
  write("stderr", "c");
  events.write("stderr", Uint8Array.of(0xff));
  events.write("stderr", Uint8Array.of(0xfe));
  write("stderr", "d");
  events.report.emit("budget.exhausted", { field: "stack" });
  events.write("stdout", Uint8Array.of(0xe2, 0x82));
  write("stderr", "e");
  events.write("stdout", Uint8Array.of(0xac));
  events.write("stdout", Uint8Array.of(0xe2));
  events.end();
  expect(told.map(({ kind, stream, data }) => [stream ?? kind, data])).toEqual([
    ["stdout", "ab"],
    ["stderr", "c"],
    ["stderr", "//4="],
    ["stderr", "d"],
    ["budget.exhausted", undefined],
    ["stderr", "e"],
    ["stdout", "€"],
    ["stdout", "4g=="],
  ]);
});

test.each(["json", "jsonl"] as const)("who writes to both streams in turn is limited too: %s", (format) => {
  const { told, events, write } = open(format);
  for (let count = 0; count < 100_000; count += 1) write(count % 2 === 0 ? "stdout" : "stderr", "x");
  events.end();
  expect(told.length).toBeLessThan(22_000);
  expect(told.filter(({ kind }) => kind === "run.truncate").length).toBe(1);
  expect(told.at(-1)).toMatchObject({ kind: "run.truncate", bytes_max: 10 << 20 });
});

test("10 MiB are captured to the byte, and more where more was granted", () => {
  for (const [bytesMax, length] of [
    [undefined, 10 << 20],
    [1000, 10 << 20],
    [12 << 20, 12 << 20],
  ] as const) {
    const { told, events, write } = open("json", bytesMax);
    for (let count = 0; count < 13; count += 1) write("stdout", "x".repeat(1 << 20));
    events.end();
    expect(told.reduce((sum, { data = "" }) => sum + data.length, 0)).toBe(length);
    expect(told.at(-1)).toMatchObject({ kind: "run.truncate", bytes_max: length });
  }
});

test("who watches sees the first words at once, and the next ones when the program waits or computes", () => {
  jest.useFakeTimers();
  let nowMs = 1000;
  const now = jest.spyOn(performance, "now").mockImplementation(() => nowMs);
  try {
    const { told, events, write } = open("jsonl");
    write("stdout", "a");
    expect(textsOf(told)).toEqual([["stdout", "a"]]);
    write("stdout", "b");
    write("stdout", "c");
    events.look();
    expect(told.length).toBe(1);
    nowMs += 20;
    events.look();
    expect(textsOf(told).at(-1)).toEqual(["stdout", "bc"]);
    write("stdout", "d");
    expect(told.length).toBe(2);
    nowMs += 20;
    jest.advanceTimersByTime(20);
    expect(textsOf(told).at(-1)).toEqual(["stdout", "d"]);
    events.end();
    expect(told.length).toBe(3);
  } finally {
    now.mockRestore();
  }
});

test("what was written before a signal is told though the program never comes to its end", () => {
  const { told, write, controller } = open("json");
  write("stdout", "a");
  expect(told).toEqual([]);
  controller.abort();
  write("stdout", "b");
  expect(textsOf(told)).toEqual([
    ["stdout", "a"],
    ["stdout", "b"],
  ]);
});
