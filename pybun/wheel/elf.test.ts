import { expect, test } from "bun:test";
import { bytesSource } from "./archive-source.ts";
import { readRunPaths, runPathEscapes } from "./elf.ts";

interface Shape {
  readonly wide: boolean;
  readonly little: boolean;
}

/** A shared library of nothing but headers, a dynamic section and its strings. */
function buildLibrary({ wide, little }: Shape, paths: { rpath?: string; runpath?: string }): Uint8Array {
  const bytes = Buffer.alloc(2048);
  const address = 0x10000;
  const at = (offset: number, size: 2 | 4 | 8, value: number): void => {
    const field = bytes.subarray(offset, offset + size);
    field.writeUIntBE(value, Math.max(size - 6, 0), Math.min(size, 6));
    if (little) field.reverse();
  };
  const word = wide ? 8 : 4;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, little ? 1 : 2, 1]);
  at(wide ? 32 : 28, word, 64);
  const headerBytes = wide ? 56 : 32;
  at(wide ? 54 : 42, 2, headerBytes);
  at(wide ? 56 : 44, 2, 2);
  const segment = (start: number, type: number, offset: number, size: number): void => {
    at(start, 4, type);
    at(start + (wide ? 8 : 4), word, offset);
    at(start + (wide ? 16 : 8), word, address + offset);
    at(start + (wide ? 32 : 16), word, size);
  };
  segment(64, 1, 0, 2048);
  segment(64 + headerBytes, 2, 512, 256);
  const strings = ["", paths.rpath ?? "", paths.runpath ?? ""];
  bytes.write(strings.join("\0"), 1024, "latin1");
  const entries = [
    [5, address + 1024],
    ...(paths.rpath === undefined ? [] : [[15, 1]]),
    ...(paths.runpath === undefined ? [] : [[29, 1 + (paths.rpath ?? "").length + 1]]),
  ];
  entries.forEach(([tag = 0, value = 0], index) => {
    at(512 + index * word * 2, word, tag);
    at(512 + index * word * 2 + word, word, value);
  });
  return bytes;
}

for (const wide of [true, false]) {
  for (const little of [true, false]) {
    test(`reads run paths of ${wide ? 64 : 32} bits, ${little ? "little" : "big"} endian`, () => {
      const library = buildLibrary({ wide, little }, { rpath: "$ORIGIN/../a:/opt/lib", runpath: "$ORIGIN" });
      expect(readRunPaths(bytesSource(library))).toEqual(["$ORIGIN/../a", "/opt/lib", "$ORIGIN"]);
    });
  }
}

test("a library without run paths has none", () => {
  expect(readRunPaths(bytesSource(buildLibrary({ wide: true, little: true }, {})))).toEqual([]);
});

test("what is no ELF file, or a broken one, has none", () => {
  const library = buildLibrary({ wide: true, little: true }, { runpath: "$ORIGIN/x" });
  expect(readRunPaths(bytesSource(Buffer.from("MZ")))).toEqual([]);
  expect(readRunPaths(bytesSource(Buffer.alloc(4096)))).toEqual([]);
  expect(readRunPaths(bytesSource(library.subarray(0, 100)))).toEqual([]);
  const far = Buffer.from(library);
  far.writeBigUInt64LE(2n ** 60n, 32);
  expect(readRunPaths(bytesSource(far))).toEqual([]);
  for (let at = 0; at < library.length; at += 7) {
    const changed = Buffer.from(library);
    changed[at] = 0xff;
    expect(Array.isArray(readRunPaths(bytesSource(changed)))).toBe(true);
  }
});

const directories = new Set(["numpy", "numpy/core", "numpy.libs", "nvidia", "nvidia/cudnn", "nvidia/cudnn/lib"]);
const cases: readonly (readonly [string, string, boolean])[] = [
  ["$ORIGIN", "numpy/core/x.so", false],
  ["$ORIGIN/../../numpy.libs", "numpy/core/x.so", false],
  ["${ORIGIN}/../../numpy.libs/", "numpy/core/x.so", false],
  ["$ORIGIN/../../other.libs", "numpy/core/x.so", true],
  ["$ORIGIN/../../cublas/lib", "nvidia/cudnn/lib/x.so", true],
  ["$ORIGIN/../../../..", "numpy/core/x.so", true],
  ["$ORIGIN/numpy.libs", "x.so", false],
  ["/usr/local/cuda/lib64", "numpy/core/x.so", false],
  ["$ORIGINAL/x", "numpy/core/x.so", false],
];

for (const [runPath, library, expected] of cases) {
  test(`${runPath} of ${library} ${expected ? "leaves" : "stays in"} its wheel`, () => {
    expect(runPathEscapes(runPath, { library, directories })).toBe(expected);
  });
}
