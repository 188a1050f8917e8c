/** Wheels on servers without ranges: read to their end without being held in memory. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  buildWheel,
  type Distribution,
  type FixtureIndex,
  startFixtureIndex,
} from "../../tests/fixture-index/index.ts";
import { loadIndexConfig } from "./config.ts";
import { openCredentials } from "./credentials.ts";
import type { IndexFile } from "./index-file.ts";
import { openTailReach } from "./tail-reach.ts";
import { failureOf, testClock } from "./testing.ts";
import { openTransport } from "./transport.ts";
import { openTrust } from "./trust.ts";
import { readWheelMetadata } from "./wheel-metadata.ts";

/** Does not deflate. */
const noise = Buffer.concat(
  Array.from({ length: 62_500 }, (_, i) => new Bun.CryptoHasher("sha256").update(String(i)).digest()),
);
const keptBytes = 64 * 1024;
const wheelOf = (metadataPlace: "first" | "last"): Distribution =>
  buildWheel({ name: "large", version: "1.0", files: { "large/a.bin": noise }, metadataPlace });
const last = wheelOf("last");
const first = wheelOf("first");

let index: FixtureIndex;
beforeAll(async () => {
  index = await startFixtureIndex({ ranges: "none" });
});
afterAll(async () => {
  await index.stop();
});

interface Read {
  readonly metadata: string;
  readonly requests: number;
  readonly wholes: number;
}

async function read(wheel: Distribution, more: Partial<IndexFile> = {}): Promise<Read> {
  index.add(wheel);
  const config = loadIndexConfig({ flags: {}, environment: {}, home: "/nowhere", platform: "linux" });
  const parts = { config, credentials: openCredentials(config), trust: openTrust(config), clock: testClock() };
  const transport = openTransport(parts);
  const file: IndexFile = {
    filename: wheel.filename,
    url: `${index.origin}/files/${wheel.filename}`,
    hashes: { sha256: wheel.sha256 },
    yanked: false,
    metadata: false,
    kind: "wheel",
    ...more,
  };
  let wholes = 0;
  const reading = { transport, reach: openTailReach(), sawWhole: () => void wholes++, keptBytes };
  const bytes = await readWheelMetadata(file, reading);
  return { metadata: Buffer.from(bytes).toString(), requests: transport.requests(), wholes };
}

test("of a wheel larger than what is kept, one transfer tells METADATA, and its hash is compared", async () => {
  const { metadata } = last;
  expect(await read(last)).toEqual({ metadata, requests: 1, wholes: 1 });
  expect(await read(last, { size: last.bytes.length })).toEqual({ metadata, requests: 1, wholes: 1 });
});

test("METADATA in front of what is kept takes a second transfer", async () => {
  expect(await read(first)).toEqual({ metadata: first.metadata, requests: 2, wholes: 1 });
});

test("damage in what was dropped is told: E_INDEX_HASH", async () => {
  const bytes = Buffer.from(last.bytes);
  bytes.fill(0, 1000, 1010);
  expect(await failureOf(() => read({ ...last, bytes }))).toStartWith("E_INDEX_HASH large-1.0");
});

test("a wheel longer than its index says: E_INDEX_TOO_LARGE", async () => {
  expect(await failureOf(() => read(last, { size: 1_000_000 }))).toStartWith("E_INDEX_TOO_LARGE");
});

test("a wheel of 600 MiB is not too large, also where its index does not tell how large it is", async () => {
  const contentLength = 600 * 1024 * 1024;
  index.behave(`/files/${last.filename}`, () => ({ status: 200, body: "x", contentLength, cutAfterBytes: 1 }));
  expect(await failureOf(() => read(last))).toStartWith("E_INDEX_TRUNCATED");
});
