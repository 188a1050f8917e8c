/**
 * Run paths of ELF libraries: bytes in, the strings of DT_RPATH and DT_RUNPATH out ("Executable and Linking Format",
 * System V ABI, chapters 4 and 5; 32 and 64 bits, both byte orders).
 *
 * Why: a view links whole directories. `$ORIGIN/../other` is then followed from the library's real place in the store,
 * where only its own wheel is. A wheel with a library whose run path names a directory that the wheel does not hold
 * must be linked file by file. Mach-O libraries (`@loader_path`) are not looked at yet, nor is anything on Windows,
 * where libraries are found through `os.add_dll_directory`.
 */
import { posix } from "node:path";
import type { ArchiveSource } from "./archive-source.ts";
import { viewOf } from "./zip-entry.ts";

const segment = { load: 1, dynamic: 2 } as const;
const tag = { end: 0, strings: 5, rpath: 15, runpath: 29 } as const;
const tableBytesMax = 1024 * 1024;
const pathBytesMax = 16 * 1024;

/** Field offsets that differ between the two classes. */
interface Shape {
  readonly wide: boolean;
  readonly little: boolean;
}

export function isElf(head: Uint8Array): boolean {
  return head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;
}

/** The run paths of a library, split at `:`; none for a file that is no well-formed dynamic ELF file. */
export function readRunPaths(file: ArchiveSource): readonly string[] {
  if (file.size < 64) return [];
  const head = file.read(0, 64).slice();
  if (!isElf(head)) return [];
  const shape: Shape = { wide: head[4] === 2, little: head[5] === 1 };
  const segments = readSegments(file, head, shape);
  const dynamic = segments.find((each) => each.type === segment.dynamic);
  if (dynamic === undefined) return [];
  const entries = readDynamic(file, dynamic, shape);
  const strings = entries.find((entry) => entry.tag === tag.strings);
  const home = segments.find(
    (each) => each.type === segment.load && strings !== undefined && isWithin(strings.value, each),
  );
  if (strings === undefined || home === undefined) return [];
  const table = strings.value - home.address + home.offset;
  return entries
    .filter((entry) => entry.tag === tag.rpath || entry.tag === tag.runpath)
    .flatMap((entry) => readText(file, table + entry.value).split(":"))
    .filter((path) => path !== "");
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

const isWithin = (address: number, { address: start, size }: Segment): boolean =>
  address >= start && address < start + size;

function readSegments(file: ArchiveSource, head: Uint8Array, { wide, little }: Shape): readonly Segment[] {
  const view = viewOf(head);
  const start = wide ? Number(view.getBigUint64(32, little)) : view.getUint32(28, little);
  const bytesEach = view.getUint16(wide ? 54 : 42, little);
  const count = view.getUint16(wide ? 56 : 44, little);
  const table = readRange(file, start, bytesEach * count);
  if (table === undefined || bytesEach < (wide ? 56 : 32)) return [];
  return Array.from({ length: count }, (_, index) => {
    const at = viewOf(table.subarray(index * bytesEach));
    const word = (offset: number) => Number(at.getBigUint64(offset, little));
    const type = at.getUint32(0, little);
    if (wide) return { type, offset: word(8), address: word(16), size: word(32) };
    const short = (offset: number) => at.getUint32(offset, little);
    return { type, offset: short(4), address: short(8), size: short(16) };
  });
}

interface DynamicEntry {
  readonly tag: number;
  readonly value: number;
}

function readDynamic(file: ArchiveSource, { offset, size }: Segment, { wide, little }: Shape): readonly DynamicEntry[] {
  const table = readRange(file, offset, Math.min(size, tableBytesMax));
  if (table === undefined) return [];
  const view = viewOf(table);
  const entries: DynamicEntry[] = [];
  const step = wide ? 16 : 8;
  for (let at = 0; at + step <= table.length; at += step) {
    const entry = wide
      ? { tag: Number(view.getBigInt64(at, little)), value: Number(view.getBigUint64(at + 8, little)) }
      : { tag: view.getInt32(at, little), value: view.getUint32(at + 4, little) };
    if (entry.tag === tag.end) break;
    entries.push(entry);
  }
  return entries;
}

function readText(file: ArchiveSource, offset: number): string {
  const bytes = readRange(file, offset, Math.min(pathBytesMax, file.size - offset));
  if (bytes === undefined) return "";
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
}

/** A copy of a range; undefined if the file does not have it. */
function readRange(file: ArchiveSource, offset: number, length: number): Uint8Array | undefined {
  if (!(offset >= 0 && length >= 0 && offset + length <= file.size)) return undefined;
  return file.read(offset, length).slice();
}

/**
 * Whether a run path leads to a directory that the wheel does not hold. Absolute paths and other tokens than
 * `$ORIGIN` mean the same from everywhere and escape nothing.
 */
export function runPathEscapes(
  runPath: string,
  { library, directories }: { library: string; directories: ReadonlySet<string> },
): boolean {
  const match = /^\$(?:ORIGIN|\{ORIGIN\})(?:\/(.*))?$/.exec(runPath);
  if (match === null) return false;
  const target = posix.normalize(posix.join(posix.dirname(library), match[1] ?? "")).replace(/\/$/, "");
  return target !== "." && !directories.has(target);
}
