/** Bad weather: each failure has its code, waits for nobody's clock, and leaves the cache as it was. */
import { describe, expect, test } from "bun:test";
import {
  buildWheel,
  type FixtureIndex,
  type FixtureOptions,
  type Outcome,
  startFixtureIndex,
} from "../../tests/fixture-index/index.ts";
import type { IndexClient } from "./client.ts";
import { failureOf, type OpenOptions, type TestBench, testBench } from "./testing.ts";

const wheel = buildWheel({ name: "left", version: "1.0", files: { "left.py": "x = 1\n".repeat(5000) } });
const wheelPath = `/files/${wheel.filename}`;

interface Scene {
  readonly index: FixtureIndex;
  readonly bench: TestBench;
  readonly open: (options?: OpenOptions) => IndexClient;
}

async function scene(options: FixtureOptions, body: (scene: Scene) => Promise<void>): Promise<void> {
  const index = await startFixtureIndex(options);
  using bench = testBench();
  try {
    index.add(wheel);
    const open = (more: OpenOptions = {}): IndexClient =>
      bench.open({ flags: { defaultIndex: index.simple }, timeoutMs: 300, ...more });
    await body({ index, bench, open });
  } finally {
    await index.stop();
  }
}

const always = (outcome: Outcome) => (): Outcome => outcome;

describe("a page", () => {
  const rows: [string, Outcome, string, number][] = [
    ["500 for ever", { status: 500 }, "E_INDEX_STATUS", 4],
    ["a status of its own", { status: 418 }, "E_INDEX_STATUS", 1],
    ["429 with a long Retry-After", { status: 429, headers: { "retry-after": "7200" } }, "E_INDEX_STATUS", 1],
    ["401", { status: 401 }, "E_INDEX_AUTH", 1],
    ["403", { status: 403 }, "E_INDEX_AUTH", 1],
    ["a redirect to itself", { status: 302, headers: { location: "/simple/left/" } }, "E_INDEX_REDIRECT", 1],
    ["a redirect to nowhere", { status: 302 }, "E_INDEX_REDIRECT", 1],
    ["a picture", { status: 200, headers: { "content-type": "image/png" }, body: "x" }, "E_INDEX_CONTENT", 1],
    ["broken JSON", { status: 200, headers: { "content-type": "application/json" }, body: "{" }, "E_INDEX_CONTENT", 1],
    [
      "a file with hashes that are none",
      {
        status: 200,
        headers: { "content-type": "application/json" },
        body: '{"files":[{"filename":"left-1.0.zip","url":"left-1.0.zip","hashes":{"sha256":5}}]}',
      },
      "E_INDEX_CONTENT",
      1,
    ],
    ...["gzip, gzip", "deflate", "secret"].map((coding): [string, Outcome, string, number] => [
      `a page in ${coding}`,
      { status: 200, headers: { "content-type": "text/html", "content-encoding": coding }, body: "x" },
      "E_INDEX_CONTENT",
      1,
    ]),
    [
      "JSON of another age",
      {
        status: 200,
        headers: { "content-type": "application/vnd.pypi.simple.v2+json" },
        body: '{"meta":{"api-version":"2.0"},"files":[]}',
      },
      "E_INDEX_CONTENT",
      1,
    ],
    ["silence", "hang", "E_INDEX_TIMEOUT", 4],
    [
      "half a page, then silence",
      { status: 200, headers: { "content-type": "text/html" }, body: "x".repeat(100), stallAfterBytes: 50 },
      "E_INDEX_TIMEOUT",
      4,
    ],
    [
      "half a page, then nothing",
      { status: 200, headers: { "content-type": "text/html" }, body: "x".repeat(100), cutAfterBytes: 50 },
      "E_INDEX_TRUNCATED",
      4,
    ],
    ["a closed door", "drop", "E_INDEX_NETWORK", 4],
    [
      "more than any page has",
      { status: 200, headers: { "content-type": "text/html" }, body: "x", contentLength: 1e9 },
      "E_INDEX_TOO_LARGE",
      1,
    ],
  ];
  test("a redirect that leads astray says where to, and what to do", () =>
    scene({}, async ({ index, open }) => {
      let target = "";
      index.behave("/simple/left/", () => ({ status: 302, headers: { location: target } }));
      const told = async (location: string): Promise<string> => {
        target = location;
        return (await failureOf(() => open().page("left"))).replaceAll(index.origin, "");
      };
      expect(await told("file:///etc/passwd")).toBe(
        "E_INDEX_REDIRECT cannot read '/simple/left/': it redirects to 'file:///etc/passwd', which is no address on the web | Check the address: a server redirects in this way where it wants a login, or is not set up well.",
      );
      expect(await told("ftp://u:hunter2@h/x")).toContain("to 'ftp://****@h/x'");
      expect(await told("http://[bad/")).toContain("to 'http://[bad/'");
      expect(await told("/simple/left/")).toContain("go in a circle, by way of '/simple/left/' | Check");
    }));

  for (const [what, outcome, code, requests] of rows) {
    test(`${what} is ${code}`, () =>
      scene({}, async ({ index, open }) => {
        index.behave("/simple/left/", always(outcome));
        expect(await failureOf(() => open().page("left"))).toStartWith(code);
        expect(index.log.length).toBe(requests);
      }));
  }

  test("a redirect chain of more than ten is E_INDEX_REDIRECT; a short one is followed", () =>
    scene({}, async ({ index, open }) => {
      index.behave(/^\/simple\/(?:left|hop\d+)\/$/, ({ target }) => {
        const hop = Number(/\d+/.exec(target)?.[0] ?? 0);
        return { status: 307, headers: { location: `/simple/hop${hop + 1}/` } };
      });
      expect(await failureOf(() => open().page("left"))).toContain("redirects more than ten times, at last to");
      index.behave("/simple/moved/", always({ status: 301, headers: { location: "/elsewhere/" } }));
      index.behave(
        "/elsewhere/",
        always({ status: 200, headers: { "content-type": "text/html" }, body: '<a href="moved-1.zip">x</a>' }),
      );
      const page = await open().page("moved");
      expect(page.filesAt(0)[0]?.url).toBe(`${index.origin}/elsewhere/moved-1.zip`);
    }));

  test("a refusal behind a redirect names the address that refused", () =>
    scene({}, async ({ index, open }) => {
      index.behave("/simple/left/", always({ status: 302, headers: { location: "/moved/?token=hunter2" } }));
      index.behave(/^\/moved\//, always({ status: 414 }));
      const told = await failureOf(() => open().page("left"));
      expect(told).toStartWith(
        `E_INDEX_STATUS cannot read '${index.origin}/moved/?token=****': the server answered 414`,
      );
    }));

  test("passing troubles pass: waits as long as Retry-After says", () =>
    scene({}, async ({ index, open, bench }) => {
      const troubles: Outcome[] = ["drop", { status: 429, headers: { "retry-after": "5" } }, { status: 503 }];
      index.behave("/simple/left/", () => troubles.shift());
      expect((await open().page("left")).count).toBe(1);
      expect(bench.clock.waits).toEqual([312.5, 5000, 1250]);
    }));

  test("nobody listens: E_INDEX_NETWORK, and nothing of it in the cache", async () => {
    using bench = testBench();
    const dead = await startFixtureIndex();
    await dead.stop();
    expect(await failureOf(() => bench.open({ flags: { defaultIndex: dead.simple } }).page("left"))).toMatch(
      /^E_INDEX_NETWORK cannot reach 'http:\/\/127.*': the connection was refused \(4 attempts\) \| Check/,
    );
  });

  test("an abort ends everything at once", () =>
    scene({}, async ({ index, open }) => {
      const controller = new AbortController();
      index.behave("/simple/left/", () => {
        controller.abort(new Error("enough"));
        return "hang";
      });
      const client = open({ signal: controller.signal, timeoutMs: 60_000 });
      const ended = Promise.resolve(client.page("left")).then(
        () => "it succeeded",
        (error: Error) => error.message,
      );
      expect(await ended).toBe("enough");
    }));
});

describe("an unknown package", () => {
  test("is E_PACKAGE_NOT_FOUND with near names that the cache or the index knows", () =>
    scene({}, async ({ index, open }) => {
      index.add(buildWheel({ name: "scikit-learn", version: "1" }));
      const client = open();
      expect(await failureOf(() => client.page("sklearn"))).toBe(
        `E_PACKAGE_NOT_FOUND no project 'sklearn' on '${index.simple}' | Did you mean 'scikit-learn'?`,
      );
      client.close();
      expect(index.log.length).toBeLessThan(16);
      await open().page("left");
      const again = open();
      await again.page("left");
      again.close();
      expect(await failureOf(() => open().page("leftt"))).toContain("Did you mean 'left'?");
      expect(await failureOf(() => open().page("zzzzzzzz"))).not.toContain("id you mean");
    }));

  test("suggests only what exists: not its own guesses, nor the slips of earlier runs", () =>
    scene({}, async ({ index, open }) => {
      index.add(buildWheel({ name: "requests", version: "1" }));
      for (const name of ["reqests", "reqests", "requets", "reqestss"]) {
        const client = open();
        expect(await failureOf(() => client.page(name))).toEndWith("| Did you mean 'requests'?");
        client.close();
      }
      const client = open();
      await client.page("requests");
      client.close();
      expect(await failureOf(() => open({ offline: true }).page("reqests"))).toEndWith("| Did you mean 'requests'?");
      expect(await failureOf(() => open({ offline: true }).page("nunpy"))).toStartWith("E_INDEX_OFFLINE");
      for (const name of ["nosuch9x", "nosuch9y"]) {
        const again = open();
        expect(await failureOf(() => again.page(name))).not.toContain("id you mean");
        again.close();
      }
    }));

  test("without any index says so", async () => {
    using bench = testBench();
    expect(await failureOf(() => bench.open({ flags: { noIndex: true } }).page("left"))).toContain(
      "no index is configured",
    );
  });
});

describe("a download", () => {
  async function download(client: IndexClient): Promise<{ bytes: number; sha256: string; content: Buffer }> {
    const page = await client.page("left");
    const pieces: Buffer[] = [];
    const file = page.filesAt(0)[0] ?? expect.unreachable();
    const outcome = await client.download(file, { write: (piece) => void pieces.push(Buffer.from(piece)) });
    return { ...outcome, content: Buffer.concat(pieces) };
  }

  test("streams, hashes and tells", () =>
    scene({}, async ({ open, bench }) => {
      const outcome = await download(open());
      expect([outcome.bytes, outcome.sha256, outcome.content.equals(wheel.bytes)]).toEqual([
        wheel.bytes.length,
        wheel.sha256,
        true,
      ]);
      expect(bench.told.some((line) => line.includes('"download.finish"'))).toBe(true);
    }));

  test("goes on where a broken connection ended", () =>
    scene({}, async ({ index, open }) => {
      index.behave(wheelPath, () => ({ status: 200, body: wheel.bytes, cutAfterBytes: 300 }), { times: 1 });
      expect((await download(open())).content.equals(wheel.bytes)).toBe(true);
      const ranges = index.log.filter(({ target }) => target === wheelPath).map(({ headers }) => headers["range"]);
      expect(ranges.length).toBe(2);
    }));

  test("starts over where the server cannot continue, and gives the sink each byte once", () =>
    scene({ ranges: "none" }, async ({ index, open }) => {
      index.behave(wheelPath, () => ({ status: 200, body: wheel.bytes, cutAfterBytes: 300 }), { times: 1 });
      expect((await download(open())).content.equals(wheel.bytes)).toBe(true);
    }));

  test("with another hash is E_INDEX_HASH", () =>
    scene({}, async ({ index, open }) => {
      index.behave(wheelPath, () => ({ status: 200, body: Buffer.alloc(wheel.bytes.length) }));
      expect(await failureOf(() => download(open()))).toStartWith(`E_INDEX_HASH ${wheel.filename}`);
    }));

  const bad: [string, FixtureOptions, Outcome, string][] = [
    ["cut off each time", {}, { status: 200, body: wheel.bytes, cutAfterBytes: 10 }, "E_INDEX_TRUNCATED"],
    ["shorter than the index says", {}, { status: 200, body: wheel.bytes.subarray(0, 20) }, "E_INDEX_TRUNCATED"],
    [
      "longer than the index says",
      {},
      { status: 200, body: Buffer.concat([wheel.bytes, wheel.bytes]) },
      "E_INDEX_TOO_LARGE",
    ],
    ["without end", {}, { status: 200, body: wheel.bytes, endless: true }, "E_INDEX_TOO_LARGE"],
    ["that stalls", {}, { status: 200, body: wheel.bytes, stallAfterBytes: 10 }, "E_INDEX_TIMEOUT"],
    ["that is not there", {}, { status: 404 }, "E_INDEX_STATUS"],
  ];
  for (const [what, options, outcome, code] of bad) {
    test(`${what} is ${code}`, () =>
      scene(options, async ({ index, open }) => {
        index.behave(wheelPath, always(outcome));
        expect(await failureOf(() => download(open()))).toStartWith(code);
      }));
  }

  test("that is not there, or is too long, says what to do", () =>
    scene({}, async ({ index, open }) => {
      index.behave(wheelPath, always({ status: 404 }), { times: 1 });
      expect(await failureOf(() => download(open()))).toContain("the server answered 404 | It is not there");
      index.behave(wheelPath, always({ status: 200, body: wheel.bytes, endless: true }));
      expect(await failureOf(() => download(open()))).toContain("at most | The server is broken or hostile");
    }));

  test("ends at once when it is aborted, however slow the server", () =>
    scene({}, async ({ index, open }) => {
      const controller = new AbortController();
      index.behave(wheelPath, always({ status: 200, body: wheel.bytes, stallAfterBytes: 10 }));
      const client = open({ signal: controller.signal, timeoutMs: 60_000 });
      const page = await client.page("left");
      const sink = { write: () => controller.abort(new Error("enough")) };
      const ended = client.download(page.filesAt(0)[0] ?? expect.unreachable(), sink).then(
        () => "it succeeded",
        (error: Error) => error.message,
      );
      expect(await ended).toBe("enough");
    }));
});

test("metadata without end is E_INDEX_TOO_LARGE", () =>
  scene({}, async ({ index, open }) => {
    index.behave(`${wheelPath}.metadata`, always({ status: 200, body: Buffer.alloc(1024 * 1024), endless: true }));
    const client = open();
    const page = await client.page("left");
    expect(await failureOf(() => client.metadata(page.filesAt(0)[0] ?? expect.unreachable()))).toStartWith(
      "E_INDEX_TOO_LARGE",
    );
  }));
