import { describe, expect, test } from "bun:test";
import type { Diagnostic } from "./diagnostic.ts";
import { Problem } from "./diagnostic.ts";
import { createEmitter, type EmitterOptions } from "./emitter.ts";
import { statusOf } from "./envelope.ts";
import type { VivariumEvent } from "./event.ts";
import { openRedactor } from "./redact.ts";

const trace = { traceId: "a".repeat(32), spanId: "b".repeat(16), parentSpanId: "c".repeat(16), sampled: true };

const described = (problem: Problem): Diagnostic => ({
  level: "warning",
  code: problem.code,
  message: `about ${String(problem.params)}`,
  causes: [],
  spans: [],
  fixes: [],
});

function open(options: Partial<EmitterOptions> = {}) {
  const events: VivariumEvent[] = [];
  const emitter = createEmitter({
    trace,
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    deliver: (event) => void events.push(event),
    wants: () => true,
    redactText: openRedactor({ A_TOKEN: "hunter2" }).text,
    redactMessage: openRedactor({ A_TOKEN: "hunter2" }).message,
    render: async (problem) => described(problem),
    ...options,
  });
  return { emitter, events };
}

test("a long quote is masked before it is cut", async () => {
  const render = async (problem: Problem): Promise<Diagnostic> => ({
    ...described(problem),
    message: `cannot use 'https://u:${"pw ".repeat(200)}@h/${"x".repeat(500)}'`,
  });
  const { emitter, events } = open({ render });
  emitter.report.warn(new Problem("W_X", {}));
  await emitter.flush();
  expect(events).toMatchObject([{ diagnostic: { message: `cannot use 'https://****@h/${"x".repeat(185)}…'` } }]);
});

describe("an event", () => {
  test("is dated, numbered and placed in the trace", () => {
    const { emitter, events } = open();
    emitter.report.emit("cache.clean", { entries: 1, bytes: 2 });
    emitter.report.emit("cache.clean", { entries: 3, bytes: 4 });
    const head = { version: 1, time: "2026-01-02T03:04:05.678Z", kind: "cache.clean" };
    const ids = { trace_id: trace.traceId, span_id: trace.spanId, parent_span_id: trace.parentSpanId };
    expect<unknown[]>(events).toEqual([
      { ...head, ...ids, seq: 0, entries: 1, bytes: 2 },
      { ...head, ...ids, seq: 1, entries: 3, bytes: 4 },
    ]);
  });

  test("has durations to the microsecond, and a package's version under a name of its own", () => {
    const { emitter, events } = open();
    emitter.report.emit("install.unpack", {
      name: "a",
      version: "2",
      files: 1,
      bytes: 1,
      duration_ms: 95.50597700000002,
    });
    expect(events[0]).toMatchObject({ version: 1, package_version: "2", duration_ms: 95.506 });
  });

  test("holds no secret, however deep", () => {
    const { emitter, events } = open();
    emitter.report.emit("resolve.start", {
      requirements: ["a @ https://u:p@x.org/", "hunter2"],
      python: "3",
      platform: "",
    });
    expect(events[0]).toMatchObject({ requirements: ["a @ https://****@x.org/", "****"] });
  });

  test("that nobody wants takes no number, but is observed", () => {
    const seen: string[] = [];
    const { emitter, events } = open({
      wants: (kind) => kind === "cache.clean",
      observe: (kind) => void seen.push(kind),
    });
    emitter.report.emit("download.progress", { name: "a", bytes_done: 1 });
    emitter.report.emit("cache.clean", { entries: 1, bytes: 2 });
    expect(events.map(({ seq, kind }) => ({ seq, kind }))).toEqual([{ seq: 0, kind: "cache.clean" }]);
    expect(seen).toEqual(["download.progress", "cache.clean"]);
  });
});

describe("a warning", () => {
  test("keeps its place among the events though its words come later", async () => {
    const catalogue = Promise.withResolvers<void>();
    const render = async (problem: Problem) => catalogue.promise.then(() => described(problem));
    const { emitter, events } = open({ render });
    emitter.report.emit("cache.verify", { entry: "first", intact: true });
    emitter.report.warn(new Problem("W_A", "hunter2"));
    emitter.report.emit("cache.verify", { entry: "second", intact: true });
    emitter.report.warn(new Problem("W_B", "b"));
    expect(events).toHaveLength(1);
    catalogue.resolve();
    await emitter.flush();
    const told = events.map((event) => (event.kind === "diagnostic" ? event.diagnostic.message : event.seq));
    expect(told).toEqual([0, "about ****", 2, "about b"]);
  });

  test("that cannot be put into words fails the flush", async () => {
    const { emitter } = open({ render: () => Promise.reject(new Error("no such code")) });
    emitter.report.warn(new Problem("W_A", ""));
    const failure = await emitter.flush().catch((error: unknown) => error);
    expect(failure).toEqual(new Error("no such code"));
    await emitter.flush(); // Told once; the end of the command can still be reported.
  });
});

test.each([
  [{ exitCode: 0, levels: [], interrupted: false }, "ok"],
  [{ exitCode: 0, levels: ["warning"], interrupted: false }, "ok"],
  [{ exitCode: 3, levels: [], interrupted: false }, "failed"],
  [{ exitCode: 65, levels: ["error"], interrupted: false }, "error"],
  [{ exitCode: 130, levels: ["error"], interrupted: true }, "interrupted"],
] as const)("the end %j has the status %p", ({ exitCode, levels, interrupted }, status) => {
  const diagnostics = levels.map((level) => ({ ...described(new Problem("E_A", "")), level }));
  expect(statusOf({ exitCode, diagnostics, interrupted })).toBe(status);
});
