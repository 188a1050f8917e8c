/**
 * Hostile archives, seen through `pybun run`: the index announces their right hash, so that nothing but the archive itself
 * speaks against them. Each is refused with exit 76, nothing of it starts, and nothing of it stays in the store.
 * All the other forms of each kind are in pybun/wheel/refuse-*.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { EntrySpec } from "../../pybun/wheel/testing/archive-builder.ts";
import { buildWheel, demoFile, demoModule, recordLine } from "../../pybun/wheel/testing/wheel-builder.ts";
import { startFixtureIndex } from "../fixture-index/index.ts";
import { openRunScene, type RunScene } from "../run/run-scene.ts";
import { ofAll, type Refusal, refusalOf } from "./refused-run.ts";

type Row = readonly [name: string, code: string, bytes: Uint8Array];

const whole = buildWheel();
const evil: EntrySpec = { name: "demo/evil.py", data: "evil = 1\n" };
const withModule = (change: Partial<EntrySpec>): Buffer => buildWheel({ entries: [{ ...demoModule, ...change }] });
const withEntry = (entry: EntrySpec): Buffer => buildWheel({ entries: [demoModule, entry] });
const named = (name: string): Buffer => withEntry({ name, data: "x" });
const ofMode = (mode: number): Buffer =>
  withEntry({ name: "demo/special", data: "/etc/passwd", attributes: (mode * 65536) >>> 0 });

const rows: readonly Row[] = [
  ["a page instead of an archive", "E_WHEEL_NOT_ZIP", Buffer.from("<html><body>404 Not Found</body></html>")],
  ["leading data", "E_WHEEL_ZIP_LEADING", buildWheel({ end: { leading: Buffer.from("#!/bin/sh\n") } })],
  ["trailing data", "E_WHEEL_ZIP_TRAILING", Buffer.concat([whole, Buffer.from("x")])],
  ["two end records", "E_WHEEL_ZIP_TWO_ENDS", buildWheel({ end: { comment: whole.subarray(whole.length - 22) } })],
  ["a wrong count", "E_WHEEL_ZIP_COUNT", buildWheel({ end: { count: 2 } })],
  [
    "local header and directory that disagree",
    "E_WHEEL_ZIP_MISMATCH",
    withModule({ local: { name: "demo/__innit_.py" } }),
  ],
  ["a duplicate", "E_WHEEL_ZIP_DUPLICATE", buildWheel({ entries: [demoModule, demoModule] })],
  ["a hidden entry", "E_WHEEL_ZIP_HIDDEN", buildWheel({ entries: [demoModule, { ...evil, hidden: true }] })],
  ["a wrong CRC", "E_WHEEL_CRC", withModule({ local: { crc: 5 }, central: { crc: 5 } })],
  ["a wrong size", "E_WHEEL_ENTRY_SIZE", withModule({ method: 0, local: { size: 4 }, central: { size: 4 } })],
  [
    "a wrong hash in RECORD",
    "E_WHEEL_RECORD_HASH",
    buildWheel({ editRecord: (text) => text.replace(",10\n", ",11\n") }),
  ],
  [
    "a file that RECORD does not list",
    "E_WHEEL_RECORD_UNLISTED",
    buildWheel({ entries: [demoModule, evil], editRecord: (text) => text.replace(recordLine(evil), "") }),
  ],
  [
    "a listed file that is absent",
    "E_WHEEL_RECORD_ABSENT",
    buildWheel({ editRecord: (text) => text + recordLine(evil) }),
  ],
  ["an absolute name", "E_WHEEL_ENTRY_NAME", named("/etc/evil")],
  ["a name that climbs out", "E_WHEEL_ENTRY_NAME", named("demo/../../outside.py")],
  ["a name with a drive", "E_WHEEL_ENTRY_NAME", named("C:/evil.py")],
  ["a name with a backslash", "E_WHEEL_ENTRY_NAME", named("..\\outside.py")],
  ["a name with NUL", "E_WHEEL_ENTRY_NAME", named("demo/nul\0.py")],
  ["a reserved name", "E_WHEEL_ENTRY_NAME", named("demo/CON")],
  ["a symbolic link", "E_WHEEL_ENTRY_KIND", ofMode(0o120777)],
  ["a device", "E_WHEEL_ENTRY_KIND", ofMode(0o020666)],
  [
    "another project's name",
    "E_WHEEL_NAME",
    buildWheel({ metadata: "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n" }),
  ],
  ["another version", "E_WHEEL_VERSION", buildWheel({ metadata: "Metadata-Version: 2.1\nName: demo\nVersion: 1.1\n" })],
  ["a bomb", "E_WHEEL_BOMB", withModule({ data: Buffer.alloc(140 * 1024 * 1024) })],
];

let scene: RunScene;
let refusals: ReadonlyMap<Row, Refusal>;

beforeAll(async () => {
  scene = await openRunScene();
  refusals = await ofAll(rows, refuse);
}, 60_000);

afterAll(() => scene.close());

async function refuse([name, , archive]: Row): Promise<Refusal> {
  const index = await startFixtureIndex();
  try {
    const bytes = Buffer.from(archive);
    const sha256 = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
    index.add({ filename: demoFile, bytes, sha256, metadata: "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n" });
    return await refusalOf(scene, name, ["--default-index", index.simple, "--with", "demo", "-c", "print('never')"]);
  } finally {
    await index.stop();
  }
}

describe("a run that needs an archive with", () => {
  for (const row of rows) {
    const [name, code] = row;
    test(`${name}: ${code}`, () => {
      const { codes, exitCode, started, left, message } = refusals.get(row) ?? expect.unreachable();
      expect({ codes, message }).toEqual({ codes: [code], message });
      expect({ exitCode, started, left }).toEqual({ exitCode: 76, started: false, left: [] });
      expect(message).toContain(demoFile);
    });
  }
});
