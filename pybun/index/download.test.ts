/** Downloads whose connection breaks when something, or everything, has come already. */
import { expect, test } from "bun:test";
import {
  buildWheel,
  type FileOptions,
  type FixtureIndex,
  type Reply,
  startFixtureIndex,
} from "../../tests/fixture-index/index.ts";
import type { IndexClient } from "./client.ts";
import { failureOf, type TestBench, testBench } from "./testing.ts";

const wheel = buildWheel({ name: "left", version: "1.0", files: { "left.py": "x = 1\n".repeat(5000) } });
const path = `/files/${wheel.filename}`;

interface Scene {
  readonly index: FixtureIndex;
  readonly bench: TestBench;
  readonly client: IndexClient;
}

async function scene(announced: FileOptions, body: (scene: Scene) => Promise<void>): Promise<void> {
  const index = await startFixtureIndex({ form: "json" });
  using bench = testBench();
  try {
    index.add(wheel, announced);
    await body({ index, bench, client: bench.open({ flags: { defaultIndex: index.simple } }) });
  } finally {
    await index.stop();
  }
}

/** Downloads, and tells when so many bytes have come. */
function receive({ client, bench }: Scene, expected: number) {
  const { promise: here, resolve } = Promise.withResolvers<void>();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const write = (piece: Uint8Array): void => {
    pieces.push(piece.slice());
    bytes += piece.length;
    bench.clock.advance(1000);
    if (bytes >= expected) resolve();
  };
  const start = async (): Promise<Buffer> => {
    const page = await client.page("left");
    await client.download(page.filesAt(0)[0] ?? expect.unreachable(), { write });
    return Buffer.concat(pieces);
  };
  return { here, start };
}

const requests = ({ log }: FixtureIndex): (string | undefined)[] =>
  log.filter(({ target }) => target === path).map(({ headers }) => headers["range"]);

/** All bytes in one chunk, and no last chunk. */
const unended = (bytes: Uint8Array, cutWhen: Promise<void>): Reply => ({
  status: 200,
  headers: { "transfer-encoding": "chunked" },
  body: Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]),
  contentLength: "none",
  cutWhen,
});

const md5 = new Bun.CryptoHasher("md5").update(wheel.bytes).digest("hex");
const told: readonly (readonly [string, FileOptions])[] = [
  ["size and hash", {}],
  ["size", { hashes: {} }],
  ["hash", { size: "none" }],
  ["weak hash", { size: "none", hashes: { md5 } }],
];

test.each(told)("what breaks after its last byte is whole, as its %s tells", (_, announced) =>
  scene(announced, async (parts) => {
    const { here, start } = receive(parts, wheel.bytes.length);
    parts.index.behave(path, () => unended(wheel.bytes, here));
    expect((await start()).equals(wheel.bytes)).toBe(true);
    expect(requests(parts.index)).toEqual([undefined]);
  }),
);

test("what breaks after its last byte is compared all the same", () =>
  scene({}, async (parts) => {
    const { here, start } = receive(parts, wheel.bytes.length);
    parts.index.behave(path, () => unended(Buffer.alloc(wheel.bytes.length), here));
    expect(await failureOf(start)).toStartWith("E_INDEX_HASH");
  }));

const rest = `bytes=${wheel.bytes.length}-`;

test("of what nobody tells the size, the server tells that nothing is behind it", () =>
  scene({ size: "none", hashes: {} }, async (parts) => {
    const { here, start } = receive(parts, wheel.bytes.length);
    parts.index.behave(path, () => unended(wheel.bytes, here), { times: 1 });
    const headers = { "content-range": `bytes */${wheel.bytes.length}` };
    parts.index.behave(path, () => ({ status: 416, headers }));
    expect((await start()).equals(wheel.bytes)).toBe(true);
    expect(requests(parts.index)).toEqual([undefined, rest]);
  }));

test("a server that has less than it sent is told", () =>
  scene({ size: "none", hashes: {} }, async (parts) => {
    const { here, start } = receive(parts, wheel.bytes.length);
    parts.index.behave(path, () => unended(wheel.bytes, here), { times: 1 });
    parts.index.behave(path, () => ({ status: 416, headers: { "content-range": "bytes */7" } }));
    expect(await failureOf(start)).toStartWith("E_INDEX_STATUS");
  }));

test("what goes on tells its progress of the whole", () =>
  scene({ size: "none" }, async (parts) => {
    const { here, start } = receive(parts, 300);
    parts.index.behave(path, () => ({ status: 200, body: wheel.bytes, cutAfterBytes: 300, cutWhen: here }), {
      times: 1,
    });
    expect((await start()).equals(wheel.bytes)).toBe(true);
    expect(requests(parts.index)).toEqual([undefined, "bytes=300-"]);
    const progress = parts.bench.told
      .filter((line) => line.includes('"download.progress"'))
      .map((line) => JSON.parse(line));
    expect(new Set(progress.map(({ bytes_total }) => bytes_total))).toEqual(new Set([wheel.bytes.length]));
    expect(progress.at(-1)).toMatchObject({ bytes_done: wheel.bytes.length });
  }));
