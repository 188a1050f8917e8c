import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesSource } from "./archive-source.ts";
import type { EntrySpec } from "./testing/archive-builder.ts";
import { refusal } from "./testing/refusal.ts";
import { buildWheel, demoFile, demoModule, recordLine, type WheelSpec } from "./testing/wheel-builder.ts";
import { unpackArchive } from "./unpack.ts";

const named = (name: string): WheelSpec => ({ entries: [{ ...demoModule, name }] });
const attributed = (attributes: number, name = "demo/special"): WheelSpec => ({
  entries: [demoModule, { name, data: "/etc/passwd", attributes: attributes >>> 0 }],
});
const unix = (mode: number): number => mode * 65536;
const unlisted: EntrySpec = { name: "demo/extra.py", data: "extra = 1\n" };

const names = [
  "/etc/passwd",
  "../outside.py",
  "demo/../../outside.py",
  "demo/./module.py",
  "demo//module.py",
  "C:/windows/demo.py",
  "c:demo.py",
  "demo\\module.py",
  "..\\outside.py",
  "//server/share/demo.py",
  "demo/nul\0.py",
  "demo/line\nbreak.py",
  "demo/module.py:stream",
  "demo/CON",
  "demo/nul.py",
  "aux/module.py",
  "demo/com1.txt",
  "demo/module.py.",
  "demo/trailing /module.py",
  "",
  "..",
  `demo/${"x".repeat(256)}.py`,
  `demo/${"deep/".repeat(900)}x.py`,
];

for (const name of names) {
  test(`refuses the entry name ${JSON.stringify(name.slice(0, 40))}`, async () => {
    expect(await refusal(buildWheel(named(name)))).toBe("E_WHEEL_ENTRY_NAME");
  });
}

test("refuses a name that is not the UTF-8 it says it is", async () => {
  const entry: EntrySpec = { name: Buffer.from([0x64, 0xff, 0x2e, 0x70, 0x79]), data: "", flags: 0x800 };
  expect(await refusal(buildWheel({ entries: [demoModule, entry] }))).toBe("E_WHEEL_ENTRY_NAME");
});

const cases: readonly (readonly [string, string, WheelSpec])[] = [
  ["a symbolic link", "E_WHEEL_ENTRY_KIND", attributed(unix(0o120777))],
  ["a character device", "E_WHEEL_ENTRY_KIND", attributed(unix(0o020666))],
  ["a block device", "E_WHEEL_ENTRY_KIND", attributed(unix(0o060666))],
  ["a named pipe", "E_WHEEL_ENTRY_KIND", attributed(unix(0o010644))],
  ["a socket", "E_WHEEL_ENTRY_KIND", attributed(unix(0o140644))],
  ["a file type that no system has", "E_WHEEL_ENTRY_KIND", attributed(unix(0o170644))],
  ["a directory named like a file", "E_WHEEL_ENTRY_KIND", attributed(unix(0o040755))],
  ["a DOS directory named like a file", "E_WHEEL_ENTRY_KIND", attributed(0x10)],
  [
    "a directory with contents",
    "E_WHEEL_ENTRY_KIND",
    { entries: [demoModule, { name: "demo/sub/", data: "x", attributes: unix(0o040755) }] },
  ],
  [
    "a file named like a directory",
    "E_WHEEL_ENTRY_KIND",
    { entries: [demoModule, { name: "demo/sub/", attributes: unix(0o100644) }] },
  ],
  [
    "a file where another needs a directory",
    "E_WHEEL_ENTRY_CONFLICT",
    { entries: [demoModule, { name: "demo", data: "x" }] },
  ],
  [
    "a file that comes from the root and from .data",
    "E_WHEEL_ENTRY_CONFLICT",
    { entries: [demoModule, { name: "demo-1.0.data/purelib/demo/__init__.py", data: "x" }] },
  ],
  [
    "a directory where there is a file",
    "E_WHEEL_ENTRY_CONFLICT",
    { entries: [demoModule, { name: "demo/a", data: "x" }, { name: "demo/a/", attributes: unix(0o040755) }] },
  ],
  [
    "a directory below a file",
    "E_WHEEL_ENTRY_CONFLICT",
    { entries: [{ name: "demo/a/b/c/", attributes: unix(0o040755) }, demoModule, { name: "demo/a", data: "x" }] },
  ],
  [
    "a directory of .data where the root has a file",
    "E_WHEEL_ENTRY_CONFLICT",
    {
      entries: [
        demoModule,
        { name: "demo/a", data: "x" },
        { name: "demo-1.0.data/purelib/demo/a/", attributes: unix(0o040755) },
      ],
    },
  ],
  ["no RECORD", "E_WHEEL_RECORD_MISSING", { record: null }],
  [
    "a file that RECORD does not list",
    "E_WHEEL_RECORD_UNLISTED",
    { entries: [demoModule, unlisted], editRecord: (text) => text.replace(recordLine(unlisted), "") },
  ],
  [
    "an unlisted module that shadows",
    "E_WHEEL_RECORD_UNLISTED",
    {
      entries: [demoModule, { name: "demo-1.0.dist-info/entry_points.txt", data: "" }],
      editRecord: (text) => text.replace(/.*entry_points.*\n/, ""),
    },
  ],
  ["a listed file that is absent", "E_WHEEL_RECORD_ABSENT", { editRecord: (text) => text + recordLine(unlisted) }],
  [
    "a listed file outside the tree",
    "E_WHEEL_RECORD_ABSENT",
    { editRecord: (text) => `${text}../../bin/demo,sha256=AAAA,4\n` },
  ],
  [
    "a wrong hash in RECORD",
    "E_WHEEL_RECORD_HASH",
    { editRecord: (text) => text.replace(/(demo\/__init__\.py,sha256=)./, (_, head: string) => `${head}_`) },
  ],
  ["a wrong size in RECORD", "E_WHEEL_RECORD_HASH", { editRecord: (text) => text.replace(",10\n", ",11\n") }],
  [
    "no hash in RECORD",
    "E_WHEEL_RECORD_UNHASHED",
    { editRecord: (text) => text.replace(/(demo\/__init__\.py),.*/, "$1,,") },
  ],
  [
    "MD5 in RECORD",
    "E_WHEEL_RECORD_UNHASHED",
    { editRecord: (text) => text.replace(/(demo\/__init__\.py),.*/, "$1,md5=1B2M2Y8AsgTpgAmY7PhCfg,10") },
  ],
  ["a RECORD line with four fields", "E_WHEEL_RECORD_SYNTAX", { editRecord: (text) => `${text}a,b,c,d\n` }],
  ["a RECORD line without a path", "E_WHEEL_RECORD_SYNTAX", { editRecord: (text) => `${text},sha256=x,1\n` }],
  [
    "a RECORD size that is no number",
    "E_WHEEL_RECORD_SYNTAX",
    { editRecord: (text) => text.replace(",10\n", ",ten\n") },
  ],
  ["a stray quote in RECORD", "E_WHEEL_RECORD_SYNTAX", { editRecord: (text) => `${text}"demo\n` }],
  [
    "a file listed twice with two hashes",
    "E_WHEEL_RECORD_SYNTAX",
    { editRecord: (text) => `${text}demo/__init__.py,sha256=AAAA,10\n` },
  ],
  ["no .dist-info", "E_WHEEL_DIST_INFO", { distInfo: "demo-1.0.egg-info" }],
  [
    "two .dist-info directories",
    "E_WHEEL_DIST_INFO",
    { entries: [demoModule, { name: "Demo-1.0.dist-info/METADATA", data: "Name: demo\nVersion: 1.0\n" }] },
  ],
  [
    "METADATA without a version",
    "E_WHEEL_DIST_INFO",
    { metadata: "Metadata-Version: 2.1\nName: demo\n\nVersion: 1.0\n" },
  ],
  ["METADATA with two names", "E_WHEEL_DIST_INFO", { metadata: "Name: demo\nVersion: 1.0\nname : other\n" }],
  ["METADATA with two versions", "E_WHEEL_DIST_INFO", { metadata: "Name: demo\nVersion: 1.0\nVersion: 1.0\n" }],
  [".dist-info of another project", "E_WHEEL_NAME", { distInfo: "other-1.0.dist-info" }],
  ["METADATA of another project", "E_WHEEL_NAME", { metadata: "Name: other\nVersion: 1.0\n" }],
  ["METADATA of another version", "E_WHEEL_VERSION", { metadata: "Name: demo\nVersion: 1.1\n" }],
  ["a Wheel-Version from the future", "E_WHEEL_FORMAT", { wheel: "Wheel-Version: 2.0\nRoot-Is-Purelib: true\n" }],
  ["no Wheel-Version", "E_WHEEL_FORMAT", { wheel: "Root-Is-Purelib: true\n" }],
  [
    "an unknown .data scheme",
    "E_WHEEL_DATA_SCHEME",
    { entries: [demoModule, { name: "demo-1.0.data/stdlib/os.py", data: "" }] },
  ],
  [
    "a file right in .data",
    "E_WHEEL_DATA_SCHEME",
    { entries: [demoModule, { name: "demo-1.0.data/readme", data: "" }] },
  ],
  [
    "a directory called ..data",
    "E_WHEEL_DATA_SCHEME",
    { entries: [demoModule, { name: "..data/scripts/sh", data: "" }] },
  ],
  [
    "a .data directory of another name",
    "E_WHEEL_DATA_SCHEME",
    { entries: [demoModule, { name: "evil-1.0.data/scripts/sh", data: "" }] },
  ],
];

test("refuses a second name for a file that the disk takes for the first: E_WHEEL_ENTRY_CONFLICT", () => {
  // As on a disk that does not tell `demo/__INIT__.py` from `demo/__init__.py`: the place is taken.
  const directory = mkdtempSync(join(tmpdir(), "wheel-taken-"));
  mkdirSync(join(directory, "tree", "demo"), { recursive: true });
  writeFileSync(join(directory, "tree", "demo", "__init__.py"), "first");
  const unpack = () => unpackArchive(bytesSource(buildWheel()), { file: demoFile, directory });
  expect(unpack).toThrow(expect.objectContaining({ code: "E_WHEEL_ENTRY_CONFLICT" }));
  expect(readFileSync(join(directory, "tree", "demo", "__init__.py"), "utf8")).toBe("first");
  rmSync(directory, { recursive: true });
});

for (const [name, code, spec] of cases) {
  test(`refuses ${name}: ${code}`, async () => {
    expect(await refusal(buildWheel(spec))).toBe(code);
  });
}
