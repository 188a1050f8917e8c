/** Golden output of one small command in each format; ids, times and durations are replaced. */
import { expect, test } from "bun:test";
import { runFixture } from "./testing/run-fixture.ts";

async function golden(format: string): Promise<string> {
  const { stdout } = await runFixture(["warn", `--format=${format}`]);
  return stdout
    .replaceAll(/"time":"[^"]+"/g, '"time":"T"')
    .replaceAll(/"(trace|span)_id":"[0-9a-f]+"/g, '"$1_id":"I"')
    .replaceAll(/"duration_ms":[\d.]+/g, '"duration_ms":0');
}

test("text", async () => {
  expect(await golden("text")).toMatchInlineSnapshot(`
    "done
    "
  `);
});

test("json", async () => {
  expect(JSON.parse(await golden("json"))).toMatchInlineSnapshot(`
    {
      "command": "fixture warn",
      "detail": null,
      "diagnostics": [
        {
          "causes": [],
          "code": "W_FIXTURE_OLD",
          "fixes": [],
          "level": "warning",
          "message": "\`left\` is old",
          "spans": [],
        },
      ],
      "duration_ms": 0,
      "events": [
        {
          "entry": "first",
          "intact": true,
          "kind": "cache.verify",
          "seq": 0,
          "span_id": "I",
          "time": "T",
          "trace_id": "I",
          "version": 1,
        },
        {
          "diagnostic": {
            "causes": [],
            "code": "W_FIXTURE_OLD",
            "fixes": [],
            "level": "warning",
            "message": "\`left\` is old",
            "spans": [],
          },
          "kind": "diagnostic",
          "seq": 1,
          "span_id": "I",
          "time": "T",
          "trace_id": "I",
          "version": 1,
        },
        {
          "entry": "second",
          "intact": true,
          "kind": "cache.verify",
          "seq": 2,
          "span_id": "I",
          "time": "T",
          "trace_id": "I",
          "version": 1,
        },
      ],
      "exit_code": 0,
      "status": "ok",
      "trace_id": "I",
      "version": 1,
    }
  `);
});

test("jsonl", async () => {
  expect(await golden("jsonl")).toMatchInlineSnapshot(`
    "{"version":1,"time":"T","seq":0,"trace_id":"I","span_id":"I","kind":"cache.verify","entry":"first","intact":true}
    {"version":1,"time":"T","seq":1,"trace_id":"I","span_id":"I","kind":"diagnostic","diagnostic":{"level":"warning","code":"W_FIXTURE_OLD","message":"\`left\` is old","causes":[],"spans":[],"fixes":[]}}
    {"version":1,"time":"T","seq":2,"trace_id":"I","span_id":"I","kind":"cache.verify","entry":"second","intact":true}
    {"version":1,"time":"T","seq":3,"trace_id":"I","span_id":"I","kind":"command.finish","command":"fixture warn","status":"ok","exit_code":0,"detail":null,"duration_ms":0}
    "
  `);
});

test("text prints no secret of a URL, and names of packages as they are", async () => {
  const { stdout } = await runFixture(["echo", "evil @ http://u:TOPSECRET@h/evil.whl?sig=abc", "password==1.0"]);
  expect(stdout).toBe("evil @ http://****@h/evil.whl?sig=**** password==1.0\n");
});
