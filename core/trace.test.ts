import { describe, expect, test } from "bun:test";
import { childEnvironment } from "./child-environment.ts";
import { beginTrace, formatTraceParent, parseTraceParent } from "./trace.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";

describe("parseTraceParent", () => {
  test("reads the example of the recommendation", () => {
    expect(parseTraceParent(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId, sampled: true });
  });

  test.each([
    ["unset flag", `00-${traceId}-${spanId}-00`, false],
    ["other flags beside sampled", `00-${traceId}-${spanId}-03`, true],
    ["unknown flags only", `00-${traceId}-${spanId}-fe`, false],
    ["a later version", `01-${traceId}-${spanId}-01`, true],
    ["a later version with more fields", `cc-${traceId}-${spanId}-01-what-the-future-holds`, true],
  ])("accepts %s", (_, text, sampled) => {
    expect(parseTraceParent(text)).toEqual({ traceId, spanId, sampled });
  });

  test.each([
    ["nothing", ""],
    ["version ff", `ff-${traceId}-${spanId}-01`],
    ["more fields in version 00", `00-${traceId}-${spanId}-01-more`],
    ["a later version with text glued to its flags", `01-${traceId}-${spanId}-01x`],
    ["a trace id of zeros", `00-${"0".repeat(32)}-${spanId}-01`],
    ["a span id of zeros", `00-${traceId}-${"0".repeat(16)}-01`],
    ["upper case", `00-${traceId.toUpperCase()}-${spanId}-01`],
    ["a short trace id", `00-${traceId.slice(1)}-${spanId}-01`],
    ["spaces around it", ` 00-${traceId}-${spanId}-01 `],
    ["no flags", `00-${traceId}-${spanId}`],
  ])("ignores %s", (_, text) => {
    expect(parseTraceParent(text)).toBeUndefined();
  });
});

describe("beginTrace", () => {
  test("joins the trace of TRACEPARENT with a span of its own", () => {
    const trace = beginTrace({ TRACEPARENT: `00-${traceId}-${spanId}-00` });
    expect(trace).toMatchObject({ traceId, parentSpanId: spanId, sampled: false });
    expect(trace.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(trace.spanId).not.toBe(spanId);
  });

  test("begins a new one where it is absent or invalid", () => {
    for (const environment of [{}, { TRACEPARENT: "nonsense" }]) {
      const trace = beginTrace(environment);
      expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(trace.parentSpanId).toBeUndefined();
      expect(parseTraceParent(formatTraceParent(trace))).toEqual({
        traceId: trace.traceId,
        spanId: trace.spanId,
        sampled: true,
      });
    }
  });
});

test("a child's environment continues the trace and does not carry Bun's own switches", () => {
  const parent = { traceId, spanId, sampled: true };
  const given = { PATH: "/bin", BUN_OPTIONS: "--preload evil.ts", BUN_BE_BUN: "1", GONE: undefined, TRACESTATE: "a=b" };
  expect(childEnvironment(given, parent)).toEqual({
    PATH: "/bin",
    TRACESTATE: "a=b",
    TRACEPARENT: `00-${traceId}-${spanId}-01`,
  });
});
