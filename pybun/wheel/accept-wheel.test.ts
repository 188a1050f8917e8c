import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { decodeLists } from "./manifest.ts";
import type { EntrySpec } from "./testing/archive-builder.ts";
import {
  buildWheel,
  demoModule,
  recordLine,
  type Unpacked,
  unpackBytes,
  type WheelSpec,
} from "./testing/wheel-builder.ts";

const text = ({ directory }: Unpacked, path: string): string => readFileSync(join(directory, path), "utf8");
const module = (spec: WheelSpec, file?: string) =>
  unpackBytes(buildWheel(spec), (unpacked) => text(unpacked, "tree/demo/__init__.py"), file);

const archives: readonly (readonly [string, Partial<EntrySpec>, WheelSpec["end"]?])[] = [
  ["stored entries", { method: 0 }],
  ["a data descriptor with signature", { descriptor: "signed" }],
  ["a data descriptor without signature", { descriptor: "unsigned" }],
  ["a zip64 data descriptor with signature", { descriptor: "signed64" }],
  ["a zip64 data descriptor without signature", { descriptor: "unsigned64" }],
  ["a data descriptor behind filled-in fields", { descriptor: "signed", local: { size: 10 } }],
  ["a stored entry with a data descriptor", { descriptor: "signed", method: 0 }],
  ["zip64 sizes", { zip64: true }],
  ["zip64 end records", {}, { zip64: true }],
  ["a comment", {}, { comment: Buffer.from("built with care") }],
  ["deflate option bits", { flags: 6 }],
  ["padding in an extra field", { central: { extra: Buffer.alloc(3) } }],
];

for (const [name, change, end = {}] of archives) {
  test(`accepts ${name}`, async () => {
    expect(await module({ entries: [{ ...demoModule, ...change }], end })).toBe("value = 1\n");
  });
}

const edits: readonly (readonly [string, (record: string) => string])[] = [
  ["CRLF line ends", (record) => record.replaceAll("\n", "\r\n")],
  ["no last line end", (record) => record.trimEnd()],
  ["quoted fields", (record) => record.replace("demo/__init__.py", '"demo/__init__.py"')],
  ["a leading ./", (record) => record.replace("demo/__init__.py", "./demo/__init__.py")],
  ["backslashes", (record) => record.replace("demo/__init__.py", "demo\\__init__.py")],
  ["SHA-384", (record) => record.replace(recordLine(demoModule), recordLine(demoModule, "sha384"))],
  ["SHA-512", (record) => record.replace(recordLine(demoModule), recordLine(demoModule, "sha512"))],
  ["padded digests", (record) => record.replace(/(sha256=[^,]*),/, "$1=,")],
  ["no sizes", (record) => record.replace(",10\n", ",\n")],
  ["a directory among the files", (record) => `demo/,,\n${record}`],
  ["the same line twice", (record) => recordLine(demoModule) + record],
];

for (const [name, editRecord] of edits) {
  test(`accepts a RECORD with ${name}`, async () => {
    expect(await module({ editRecord })).toBe("value = 1\n");
  });
}

test("accepts signatures of RECORD that it does not list", async () => {
  const signatures = ["RECORD.jws", "RECORD.p7s"].map((name) => ({ name: `demo-1.0.dist-info/${name}`, data: "{}" }));
  const editRecord = (record: string) => record.replaceAll(/.*RECORD\.(?:jws|p7s).*\n/g, "");
  expect(await module({ entries: [demoModule, ...signatures], editRecord })).toBe("value = 1\n");
});

test("accepts directory entries, an empty one also where it is deflated", async () => {
  const attributes = 0o040755 * 65536 + 0x10;
  const directories: EntrySpec[] = [
    { name: "demo/", attributes },
    { name: "empty/", attributes, method: 0 },
  ];
  const tops = await unpackBytes(buildWheel({ entries: [...directories, demoModule] }), ({ directory }) =>
    readdirSync(join(directory, "tree")).sort(),
  );
  expect(tops).toEqual(["demo", "demo-1.0.dist-info"]);
});

const spellings: readonly (readonly [string, string, WheelSpec])[] = [
  [
    "an unnormalised project",
    "Demo.Name-1.0-py3-none-any.whl",
    { distInfo: "demo_name-1.0.dist-info", metadata: "Name: DEMO-name\nVersion: 1.0\n" },
  ],
  ["another spelling of the version", "demo-1.0.0-py3-none-any.whl", {}],
  [
    "an escaped local version",
    "demo-1.0_cpu.2-py3-none-any.whl",
    { distInfo: "demo-1.0_cpu.2.dist-info", metadata: "Name: demo\nVersion: 1.0+cpu.2\n" },
  ],
  [
    "a legacy version",
    "demo-2004d_beta-py3-none-any.whl",
    { distInfo: "demo-2004d_beta.dist-info", metadata: "Name: demo\nVersion: 2004d-beta\n" },
  ],
  ["a build number", "demo-1.0-1abc-py3-none-any.whl", {}],
];

for (const [name, file, spec] of spellings) {
  test(`accepts ${name}`, async () => {
    expect(await module(spec, file)).toBe("value = 1\n");
  });
}

test("reads names in UTF-8 with the flag and in code page 437 without it", async () => {
  const entries: EntrySpec[] = [
    { name: "demo/grün.txt", data: "1", flags: 0x800 },
    { name: Buffer.concat([Buffer.from("demo/gr"), Buffer.from([0x81]), Buffer.from("n2.txt")]), data: "2" },
  ];
  const editRecord = (record: string) => record.replace(/demo\/gr[^,]*n2\.txt/, "demo/grün2.txt");
  await unpackBytes(buildWheel({ entries: [demoModule, ...entries], editRecord }), (unpacked) => {
    expect(text(unpacked, "tree/demo/grün.txt")).toBe("1");
    expect(text(unpacked, "tree/demo/grün2.txt")).toBe("2");
  });
});

test("puts .data files where their scheme belongs, and marks what may be executed", async () => {
  const executable = 0o100755 * 65536;
  const entries: EntrySpec[] = [
    demoModule,
    { name: "demo/tool.sh", data: "#!/bin/sh\n", attributes: executable },
    { name: "demo-1.0.data/purelib/pure.py", data: "p" },
    { name: "demo-1.0.data/platlib/plat.py", data: "q" },
    { name: "demo-1.0.data/scripts/demo", data: "#!python\n", attributes: executable },
    { name: "demo-1.0.data/data/share/demo.txt", data: "d" },
    { name: "demo-1.0.data/headers/demo.h", data: "h" },
    { name: "demo.pth", data: "import demo\n" },
    {
      name: "demo-1.0.dist-info/entry_points.txt",
      data: "[console_scripts]\ndemo = demo:main\nx=demo.cli:App.run [cli]\n[gui_scripts]\ng=demo:gui\n[other]\ny=z:w\n",
    },
  ];
  await unpackBytes(buildWheel({ entries }), (unpacked) => {
    const { summary, directory } = unpacked;
    expect(summary.topLevel).toEqual({
      demo: "directory",
      "pure.py": "file",
      "plat.py": "file",
      "demo.pth": "file",
      "demo-1.0.dist-info": "directory",
    });
    expect(summary.pth).toEqual(["demo.pth"]);
    expect(summary.entryPoints.console).toEqual([
      { name: "demo", module: "demo", attribute: "main" },
      { name: "x", module: "demo.cli", attribute: "App.run" },
    ]);
    expect(summary.entryPoints.gui).toEqual([{ name: "g", module: "demo", attribute: "gui" }]);
    expect(text(unpacked, "data/scripts/demo")).toBe("#!python\n");
    expect(text(unpacked, "data/data/share/demo.txt")).toBe("d");
    const { files, data } = decodeLists(text(unpacked, "files.json"));
    expect(files.filter((file) => file.executable).map((file) => file.path)).toEqual(["demo/tool.sh"]);
    expect(data.map((each) => ({ scheme: each.scheme, path: each.path, executable: each.executable }))).toEqual([
      { scheme: "scripts", path: "demo", executable: true },
      { scheme: "data", path: "share/demo.txt", executable: false },
      { scheme: "headers", path: "demo.h", executable: false },
    ]);
    expect(statSync(join(directory, "tree/demo/tool.sh")).mode & 0o111).not.toBe(0);
    expect(statSync(join(directory, "tree/demo/__init__.py")).mode & 0o111).toBe(0);
  });
});

for (const method of [0, 8]) {
  test(`unpacks a file of many pieces, method ${method}`, async () => {
    const data = Buffer.concat([randomBytes(3_000_000), Buffer.alloc(20_000_000)]);
    const big: EntrySpec = { name: "demo/big.bin", data, method, descriptor: "signed" };
    await unpackBytes(buildWheel({ entries: [demoModule, big] }), ({ directory }) => {
      expect(readFileSync(join(directory, "tree/demo/big.bin")).equals(data)).toBe(true);
    });
  }, 20_000);
}
