/** Bad networks and lying servers, seen through `pybun run`: the code, exit 69 or 76, and a store without a trace. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { buildWheel, type FixtureOptions, type Outcome, startFixtureIndex } from "../fixture-index/index.ts";
import { openRunScene, type RunScene } from "../run/run-scene.ts";
import { ofAll, type Refusal, refusalOf } from "./refused-run.ts";

const wheel = buildWheel({ name: "left", version: "1.0", files: { "left.py": "x = 1\n".repeat(5000) } });

interface Row {
  readonly name: string;
  readonly code: string;
  readonly exit?: number;
  readonly options?: FixtureOptions;
  /** What the server does instead, for the page or for the file. */
  readonly page?: Outcome;
  readonly file?: Outcome;
  readonly stopped?: true;
  readonly environment?: Readonly<Record<string, string>>;
  /** A part of what it says. */
  readonly says?: string;
  /** What it is warned of before. */
  readonly warning?: string;
}

const reply = (body: Uint8Array, more: object = {}): Outcome => ({ status: 200, body, ...more });
const linking = (href: string): Outcome =>
  reply(Buffer.from(`<a href="${href}">x</a>`), { headers: { "content-type": "text/html" } });
const half = wheel.bytes.subarray(0, 100);

const rows: readonly Row[] = [
  { name: "401", code: "E_INDEX_AUTH", page: { status: 401 } },
  { name: "403", code: "E_INDEX_AUTH", page: { status: 403 } },
  { name: "404", code: "E_PACKAGE_NOT_FOUND", exit: 65, page: { status: 404 } },
  {
    name: "429 for longer than anybody waits",
    code: "E_INDEX_STATUS",
    page: { status: 429, headers: { "retry-after": "7200" } },
  },
  { name: "500", code: "E_INDEX_STATUS", page: { status: 500 } },
  {
    name: "a redirect to itself",
    code: "E_INDEX_REDIRECT",
    page: { status: 302, headers: { location: "/simple/left/" } },
  },
  {
    name: "a redirect to a local file",
    code: "E_INDEX_REDIRECT",
    page: { status: 302, headers: { location: "file:///etc/passwd" } },
    says: "redirects to 'file:///etc/passwd'",
  },
  {
    name: "a link to a local file",
    code: "E_RESOLVE_CONFLICT",
    exit: 65,
    page: linking("file:///srv/left-1.0-py3-none-any.whl"),
    warning: "W_INDEX_LINK_REFUSED",
    says: "may not point at local files",
  },
  {
    name: "a link that no URL parser reads",
    code: "E_RESOLVE_CONFLICT",
    exit: 65,
    warning: "W_INDEX_LINK_REFUSED",
    page: linking("http://[bad/left-1.0-py3-none-any.whl"),
    says: "no link to its files is an address on the web",
  },
  {
    name: "a page of another kind",
    code: "E_INDEX_CONTENT",
    page: reply(half, { headers: { "content-type": "image/png" } }),
  },
  { name: "a certificate that nobody vouches for", code: "E_INDEX_TLS", options: { tls: true } },
  {
    name: "such a certificate, whatever a variable of the runtime says",
    code: "E_INDEX_TLS",
    options: { tls: true },
    environment: { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  },
  { name: "nobody who listens", code: "E_INDEX_NETWORK", stopped: true },
  { name: "a page that never comes", code: "E_INDEX_TIMEOUT", page: "hang" },
  { name: "a download of 401", code: "E_INDEX_AUTH", file: { status: 401 } },
  { name: "a download of 404", code: "E_INDEX_STATUS", file: { status: 404 } },
  { name: "a download of 500", code: "E_INDEX_STATUS", file: { status: 500 } },
  { name: "a download cut off each time", code: "E_INDEX_TRUNCATED", file: reply(wheel.bytes, { cutAfterBytes: 50 }) },
  { name: "a download shorter than announced by the index", code: "E_INDEX_TRUNCATED", file: reply(half) },
  {
    name: "a download shorter than its own length",
    code: "E_INDEX_TIMEOUT",
    file: reply(half, { contentLength: wheel.bytes.length }),
  },
  {
    name: "a download longer than announced",
    code: "E_INDEX_TOO_LARGE",
    file: reply(Buffer.concat([wheel.bytes, wheel.bytes])),
  },
  { name: "a download without end", code: "E_INDEX_TOO_LARGE", file: reply(wheel.bytes, { endless: true }) },
  { name: "a download that stalls", code: "E_INDEX_TIMEOUT", file: reply(wheel.bytes, { stallAfterBytes: 50 }) },
  { name: "other bytes than announced", code: "E_INDEX_HASH", exit: 76, file: reply(Buffer.alloc(wheel.bytes.length)) },
];

let scene: RunScene;
let refusals: ReadonlyMap<Row, Refusal>;

beforeAll(async () => {
  scene = await openRunScene();
  // Most of the time goes by in waiting before another attempt.
  refusals = await ofAll(rows, refuse, 10);
}, 60_000);

afterAll(() => scene.close());

async function refuse({ name, code, options, page, file, stopped, environment }: Row): Promise<Refusal> {
  const index = await startFixtureIndex(options);
  try {
    index.add(wheel);
    if (page !== undefined) index.behave("/simple/left/", () => page);
    if (file !== undefined) index.behave(`/files/${wheel.filename}`, () => file);
    if (stopped === true) await index.stop();
    const args = ["--default-index", index.simple, "--with", "left", "-c", "print('never')"];
    // The servers share one process, which answers late on a busy machine: short only where silence is what is tested.
    const seconds = code === "E_INDEX_TIMEOUT" ? "1" : "30";
    return await refusalOf(scene, name, args, { UV_HTTP_TIMEOUT: seconds, ...environment });
  } finally {
    if (stopped !== true) await index.stop();
  }
}

describe("a run that meets", () => {
  for (const row of rows) {
    test(`${row.name}: ${row.code}`, () => {
      const { codes, exitCode, started, left, message } = refusals.get(row) ?? expect.unreachable();
      expect(message).toContain(row.says ?? "");
      const expected = [...(row.warning === undefined ? [] : [row.warning]), row.code];
      expect({ codes, message }).toEqual({ codes: expected, message });
      expect({ exitCode, started, left }).toEqual({ exitCode: row.exit ?? 69, started: false, left: [] });
    });
  }
});
