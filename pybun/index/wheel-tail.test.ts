import { expect, test } from "bun:test";
import { buildSdist, buildWheel, writeZip } from "../../tests/fixture-index/index.ts";
import { readPkgInfo } from "./sdist-metadata.ts";
import { failureOf } from "./testing.ts";
import { readEntryAt, readMetadataFromTail, type TailAnswer } from "./wheel-tail.ts";

/** Asks as a client would: the last `bytes` first, then what is needed. The answer, and the number of requests. */
function readFrom(archive: Buffer, bytes: number): { text: string; requests: number } {
  let offset = Math.max(0, archive.length - bytes);
  for (let requests = 1; requests < 10; requests++) {
    const answer = readMetadataFromTail({ offset, bytes: archive.subarray(offset) });
    if (answer.kind === "found") return { text: Buffer.from(answer.bytes).toString(), requests };
    if (answer.kind === "broken") return { text: answer.reason, requests };
    if (answer.kind === "apart") return readApart(archive, answer, requests);
    expect(answer.offset).toBeLessThan(offset);
    offset = answer.offset;
  }
  throw new Error("it asks for ever");
}

function readApart(archive: Buffer, asked: Extract<TailAnswer, { kind: "apart" }>, requests: number) {
  const { entry, offset, length } = asked;
  const answer = readEntryAt({ offset, bytes: archive.subarray(offset, offset + length) }, entry);
  if (answer.kind === "apart") return readApart(archive, answer, requests + 1);
  const text = answer.kind === "found" ? Buffer.from(answer.bytes).toString() : answer.reason;
  return { text, requests: requests + 1 };
}

const manyFiles = Object.fromEntries(
  Array.from({ length: 300 }, (_, i) => [`x/module_${i}.py`, `value = ${i}\n`.repeat(i)]),
);

test("a tail of any length leads to METADATA, mostly in one request", () => {
  const wheel = buildWheel({ name: "x", version: "1", requires: ["y"], files: manyFiles });
  for (const bytes of [22, 100, 5_000, 64_000, wheel.bytes.length]) {
    expect(readFrom(wheel.bytes, bytes).text).toBe(wheel.metadata);
  }
  expect(readFrom(wheel.bytes, 64_000).requests).toBe(1);
});

test("of a directory that is longer than the tail the last entries are enough", () => {
  const files = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`x/module_${i}.py`, ""]));
  const wheel = buildWheel({ name: "x", version: "1", files });
  const offset = wheel.bytes.length - 10_000;
  const answer = readMetadataFromTail({ offset, bytes: wheel.bytes.subarray(offset) });
  expect(answer).toMatchObject({ kind: "apart" });
  expect(readFrom(wheel.bytes, 10_000)).toEqual({ text: wheel.metadata, requests: 2 });
});

test("what only looks like an entry of a directory is none", () => {
  const looks = "PK\x01\x02".repeat(100);
  const entries = [
    { path: "x-1.dist-info/METADATA", data: "Name: x" },
    { path: "x/data.bin", data: Buffer.alloc(300_000) },
    { path: `x/${looks}${"y".repeat(2000)}`, data: "" },
  ];
  for (const bytes of [500, 2_100, 2_200, 2_500]) expect(readFrom(writeZip(entries), bytes).text).toBe("Name: x");
});

test("METADATA at the front, stored, behind a comment", () => {
  const wheel = buildWheel({ name: "x", version: "1", files: manyFiles, metadataPlace: "first" });
  expect(readFrom(wheel.bytes, 24_000)).toMatchObject({ text: wheel.metadata, requests: 2 });
  const entries = [{ path: "x-1.dist-info/METADATA", data: wheel.metadata, method: 0 as const }];
  for (const comment of ["", "c", "c".repeat(60_000)])
    expect(readFrom(writeZip(entries, { comment }), 1000).text).toBe(wheel.metadata);
});

test("METADATA far in front, behind a local header that is longer than expected", () => {
  const path = "x-1.dist-info/METADATA";
  const plain = writeZip([{ path, data: "Name: x" }]);
  const end = plain.length - 22;
  const directoryAt = plain.readUInt32LE(end + 16);
  const extra = Buffer.alloc(5_000);
  const header = Buffer.from(plain.subarray(0, 30 + path.length));
  header.writeUInt16LE(extra.length, 28);
  const front = Buffer.concat([header, extra, plain.subarray(header.length, directoryAt), Buffer.alloc(300_000)]);
  const archive = Buffer.concat([front, plain.subarray(directoryAt)]);
  archive.writeUInt32LE(front.length, archive.length - 6);
  expect(readFrom(archive, 1000)).toEqual({ text: "Name: x", requests: 3 });
  header.writeUInt16LE(65_535, 28);
  expect(readFrom(Buffer.concat([header, archive.subarray(header.length)]), 1000)).toEqual({
    text: "its METADATA does not inflate: invalid stored block lengths",
    requests: 3,
  });
});

test("only the METADATA at the top counts", () => {
  const entries = [
    { path: "vendor/y-1.dist-info/METADATA", data: "Name: y" },
    { path: "x-1.dist-info/METADATA", data: "Name: x" },
  ];
  expect(readFrom(writeZip(entries), 10_000).text).toBe("Name: x");
});

test("zip64: sizes and offsets of 64 bits", () => {
  const script =
    "import sys,zipfile,io\nb=io.BytesIO()\nwith zipfile.ZipFile(b,'w') as z:\n with z.open('x-1.dist-info/METADATA','w',force_zip64=True) as f: f.write(b'Name: x')\nsys.stdout.buffer.write(b.getvalue())";
  const made = Bun.spawnSync(["python3", "-c", script]);
  expect(readFrom(Buffer.from(made.stdout), 10_000).text).toBe("Name: x");
});

test("damage is told, never guessed around", () => {
  const wheel = buildWheel({ name: "x", version: "1" });
  expect(readFrom(Buffer.alloc(100_000), 30_000).text).toBe("it is no ZIP archive");
  expect(readFrom(writeZip([{ path: "x.py", data: "" }]), 1000).text).toBe("it has no .dist-info/METADATA");
  for (let at = 0; at < wheel.bytes.length; at++) {
    const damaged = Buffer.from(wheel.bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0xff;
    expect(typeof readFrom(damaged, 1000).text).toBe("string");
  }
});

function incompressible(bytes: number): Buffer {
  const digests = Array.from({ length: bytes / 32 }, (_, i) =>
    new Bun.CryptoHasher("sha256").update(String(i)).digest(),
  );
  return Buffer.concat(digests);
}

async function* inPieces(
  bytes: Buffer,
  size: number,
  taken: { bytes: number },
): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += size) {
    taken.bytes += size;
    yield bytes.subarray(at, at + size);
    await Promise.resolve();
  }
}

test("PKG-INFO of a source distribution: wherever it stands, and no byte more than needed", async () => {
  const random = incompressible(400_000);
  const files = { "data.bin": random, "x.egg-info/PKG-INFO": "Name: other" };
  for (const metadataPlace of ["first", "last"] as const) {
    const sdist = buildSdist({ name: "x", version: "1", requires: ["y"], files, metadataPlace });
    for (const size of [100, 65_536]) {
      const taken = { bytes: 0 };
      const found = await readPkgInfo(inPieces(sdist.bytes, size, taken), sdist.filename);
      expect(Buffer.from(found ?? []).toString()).toBe(sdist.metadata);
      if (metadataPlace === "first" && size === 100) expect(taken.bytes).toBeLessThan(sdist.bytes.length);
    }
  }
  const without = buildSdist({ name: "x", version: "1", files, metadataPlace: "absent" });
  expect(await readPkgInfo(inPieces(without.bytes, 1000, { bytes: 0 }), without.filename)).toBeUndefined();
});

test("what is no gzip archive is told", async () => {
  expect(
    await failureOf(() => readPkgInfo(inPieces(Buffer.alloc(2000, "x"), 500, { bytes: 0 }), "x-1.tar.gz")),
  ).toStartWith("E_INDEX_METADATA cannot read the metadata of 'x-1.tar.gz': it is no gzip archive");
});
