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
  write("stderr", "d");
  events.write("stderr", Uint8Array.of(0xfe));
  events.report.emit("budget.exhausted", { field: "fuel" });
  write("stderr", "long".repeat(128));
  events.write("stderr", Uint8Array.of(0xff));
  events.report.emit("budget.exhausted", { field: "stack" });
  events.write("stdout", Uint8Array.of(0xe2, 0x82));
  write("stderr", "e");
  events.write("stdout", Uint8Array.of(0xac));
  events.write("stdout", Uint8Array.of(0xe2));
  events.end();
  expect(told.map(({ kind, stream, data }) => [stream ?? kind, data])).toEqual([
    ["stdout", "ab"],
    ["stderr", "Y/9k/g=="],
    ["budget.exhausted", undefined],
    ["stderr", "long".repeat(128)],
    ["stderr", "/w=="],
    ["budget.exhausted", undefined],
    ["stderr", "e"],
    ["stdout", "€"],
    ["stdout", "4g=="],
  ]);
});

const bytesOf = (told: readonly Told[]): Buffer =>
  Buffer.concat(told.map(({ data = "", encoding }) => Buffer.from(data, encoding === "base64" ? "base64" : "utf8")));

test.each(["json", "jsonl"] as const)(
  "small writes of text and of other bytes in turn are all captured: %s",
  (format) => {
    // Of a linear congruential generator: half of the bytes are ASCII, the others hardly ever a character.
    let seed = 1;
    const noise = Uint8Array.from({ length: 300_000 }, () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) >> 16);
    const halves = new Uint8Array(3_000_000).map((_, at) => (Math.floor(at / 100) % 2 === 0 ? 0x61 : 0xff));
    for (const [bytes, pieceBytes] of [
      [noise, 1],
      [halves, 100],
    ] as const) {
      const { told, events } = open(format);
      for (let at = 0; at < bytes.length; at += pieceBytes) events.write("stdout", bytes.subarray(at, at + pieceBytes));
      events.end();
      expect(bytesOf(told).equals(bytes)).toBe(true);
      expect(told.length).toBeLessThan(bytes.length / 400);
    }
  },
);

test("a limit beyond 10 MiB is reached to the byte, also where every other write is small", () => {
  const { told, events } = open("json", 12 << 20);
  const large = new Uint8Array(64 << 10).fill(0x61);
  for (let left = 12 << 20, count = 0; left > 0; count += 1) {
    const piece = large.subarray(0, Math.min(left, count % 2 === 0 ? 1 : large.length));
    events.write("stdout", piece);
    left -= piece.length;
  }
  events.end();
  expect(bytesOf(told).length).toBe(12 << 20);
  expect(told.some(({ kind }) => kind === "run.truncate")).toBe(false);
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
