/** Wheels for tests: what a correct one needs, each part replaceable. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesSource } from "../archive-source.ts";
import type { WheelSummary } from "../manifest.ts";
import { unpackArchive } from "../unpack.ts";
import { buildArchive, type EndSpec, type EntrySpec } from "./archive-builder.ts";

export const demoFile = "demo-1.0-py3-none-any.whl";

export interface WheelSpec {
  readonly distInfo?: string;
  readonly metadata?: string;
  readonly wheel?: string;
  /** Replaces RECORD; `null` leaves it out. Lines of all entries are made otherwise. */
  readonly record?: string | null;
  /** Changes the RECORD that is made. */
  readonly editRecord?: (record: string) => string;
  readonly entries?: readonly EntrySpec[];
  readonly end?: EndSpec;
}

export const demoModule: EntrySpec = { name: "demo/__init__.py", data: "value = 1\n" };

export function recordLine(entry: EntrySpec, algorithm: "sha256" | "sha384" | "sha512" = "sha256"): string {
  const data = Buffer.from((entry.data ?? "") as string); // Buffer.from takes text and bytes
  const digest = new Bun.CryptoHasher(algorithm).update(data).digest("base64url");
  return `${Buffer.from(entry.name as string).toString()},${algorithm}=${digest},${data.length}\n`;
}

/** The bytes of a wheel. */
export function buildWheel(spec: WheelSpec = {}): Buffer {
  const distInfo = spec.distInfo ?? "demo-1.0.dist-info";
  const entries: EntrySpec[] = [
    ...(spec.entries ?? [demoModule]),
    {
      name: `${distInfo}/METADATA`,
      data: spec.metadata ?? "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n\nText\n",
    },
    { name: `${distInfo}/WHEEL`, data: spec.wheel ?? "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n" },
  ];
  const listed = entries.filter((entry) => !entry.hidden && !entry.phantom && !String(entry.name).endsWith("/"));
  const made = `${listed.map((entry) => recordLine(entry)).join("")}${distInfo}/RECORD,,\n`;
  const record = spec.record === undefined ? (spec.editRecord?.(made) ?? made) : spec.record;
  if (record !== null) entries.push({ name: `${distInfo}/RECORD`, data: record });
  return buildArchive(entries, spec.end);
}

export interface Unpacked {
  readonly directory: string;
  readonly summary: WheelSummary;
}

/** Unpacks into a directory of its own and calls `look`; the directory goes afterwards, whatever happens. */
export async function unpackBytes<T>(
  bytes: Uint8Array,
  look: (unpacked: Unpacked) => T | Promise<T>,
  file: string = demoFile,
): Promise<T> {
  const parent = mkdtempSync(join(tmpdir(), "wheel-test-"));
  try {
    const directory = join(parent, "entry");
    mkdirSync(directory);
    const summary = unpackArchive(bytesSource(bytes), { file, directory });
    return await look({ directory, summary });
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}
