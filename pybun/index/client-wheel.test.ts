/** Wheels that are read for their METADATA, from servers and archives that are not what they should be. */
import { expect, test } from "bun:test";
import {
  buildWheel,
  type Distribution,
  type FixtureIndex,
  type FixtureOptions,
  type Outcome,
  startFixtureIndex,
} from "../../tests/fixture-index/index.ts";
import type { IndexClient } from "./client.ts";
import { failureOf, testBench } from "./testing.ts";

/** Does not deflate. */
const noise = (bytes: number): Buffer =>
  Buffer.concat(
    Array.from({ length: bytes / 32 }, (_, i) => new Bun.CryptoHasher("sha256").update(String(i)).digest()),
  );

const small = buildWheel({ name: "left", version: "1.0" });
const far = buildWheel({
  name: "left",
  version: "1.0",
  files: { "left/a.bin": noise(96_000) },
  metadataPlace: "first",
});
const apart = buildWheel({
  name: "left",
  version: "1.0",
  files: { "left/a.bin": noise(960_000) },
  metadataPlace: "first",
});

async function scene(
  options: FixtureOptions,
  body: (index: FixtureIndex, client: IndexClient) => Promise<void>,
): Promise<void> {
  const index = await startFixtureIndex({ form: "html", metadata: "none", ...options });
  using bench = testBench();
  try {
    await body(index, bench.open({ flags: { defaultIndex: index.simple } }));
  } finally {
    await index.stop();
  }
}

async function read(client: IndexClient): Promise<string> {
  const page = await client.page("left");
  const found: string[] = [];
  for (let release = 0; release < page.count; release++)
    found.push((await client.metadata(page.filesAt(release)[0] ?? expect.unreachable())).version);
  return found.join(" ");
}

const ranges = ({ log }: FixtureIndex): string[] =>
  log
    .filter(({ target }) => target.startsWith("/files/"))
    .map(({ headers, status }) => `${headers["range"] ?? "whole"} ${status}`);

const damaged = (wheel: Distribution): Distribution => {
  const bytes = Buffer.from(wheel.bytes);
  bytes.fill(0, bytes.length - 30);
  return { ...wheel, bytes };
};

test("a damaged wheel that came whole is told by its hash, with and without ranges", async () => {
  for (const options of [{ ranges: "none" }, { ranges: "full" }, { ranges: "absolute" }] as const) {
    await scene(options, async (index, client) => {
      index.add(damaged(small));
      expect(await failureOf(() => read(client))).toStartWith(`E_INDEX_HASH ${small.filename} from `);
    });
  }
  await scene({ ranges: "none" }, async (index, client) => {
    index.add(damaged(apart));
    expect(await failureOf(() => read(client))).toStartWith("E_INDEX_HASH");
  });
});

test("of a part only its own damage can be told", () =>
  scene({}, async (index, client) => {
    index.add(damaged(apart));
    expect(await failureOf(() => read(client))).toStartWith("E_INDEX_METADATA");
  }));

test("a server that is at odds with ranges is asked for the whole wheel", async () => {
  const answers: readonly [string, Outcome][] = [
    ["refuses", { status: 416 }],
    ["does not tell which part it sends", { status: 206, body: "x" }],
    ["sends less", { status: 206, headers: { "content-range": "bytes 0-0/500000" }, body: "x" }],
    ["sends another part", { status: 206, headers: { "content-range": "bytes 7-8/9" }, body: "xy" }],
  ];
  for (const [, answer] of answers) {
    for (const wheel of [far, apart]) {
      for (const from of [1, 2]) {
        await scene({}, async (index, client) => {
          index.add(wheel);
          let asked = 0;
          index.behave(/^\/files\//, ({ headers }) =>
            headers["range"] !== undefined && ++asked >= from ? answer : undefined,
          );
          expect(await read(client)).toBe("1.0");
          expect(ranges(index).at(-1)).toBe("whole 200");
        });
      }
    }
  }
});

test("a refusal of the whole wheel, too, is the server's and not the archive's", async () => {
  const rows: readonly [Outcome, string][] = [
    [{ status: 403 }, "E_INDEX_AUTH"],
    [{ status: 416 }, "E_INDEX_STATUS"],
    [{ status: 206, headers: { "content-range": "bytes 0-0/97000" }, body: "x" }, "E_INDEX_STATUS"],
    [{ status: 200, body: far.bytes, cutAfterBytes: 9 }, "E_INDEX_TRUNCATED"],
  ];
  for (const [answer, code] of rows) {
    for (const first of [0, 1]) {
      await scene({}, async (index, client) => {
        index.add(far);
        let asked = 0;
        index.behave(/^\/files\//, () => (asked++ >= first ? answer : undefined));
        expect(await failureOf(() => read(client))).toStartWith(code);
      });
    }
  }
});

test("where METADATA stands in one version of a project tells where it stands in the next", () =>
  scene({}, async (index, client) => {
    const files = { "left/a.bin": noise(64_000) };
    const modules = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`left/module_${i}.py`, `x = ${i}\n`]));
    for (const version of ["1.0", "2.0", "3.0"]) {
      index.add(buildWheel({ name: "left", version, files: { ...files, ...modules } }));
    }
    expect(await read(client)).toBe("1.0 2.0 3.0");
    const asked = ranges(index);
    expect(asked[0]).toBe("bytes=-32768 206");
    // Two requests for the first, one for each of the others.
    expect(asked.length).toBe(4);
    expect(asked[3]).toBe(asked[2]);
  }));
