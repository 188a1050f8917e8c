/** A store of its own for a test, and a client that serves wheels from memory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Problem } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import { openStore, type Store } from "@vivarium/core/store";
import type { IndexFile } from "../../index/index-file.ts";
import type { Downloader } from "../ensure-wheel.ts";

export const sha256Of = (bytes: Uint8Array): string => new Bun.CryptoHasher("sha256").update(bytes).digest("hex");

export function indexFile(filename: string, bytes: Uint8Array): IndexFile {
  const url = `https://files.example/${filename}`;
  return {
    filename,
    url,
    hashes: { sha256: sha256Of(bytes) },
    size: bytes.length,
    yanked: false,
    metadata: false,
    kind: "wheel",
  };
}

/** Serves `wheels` by file name, in pieces of 1000 bytes, and remembers what was asked for. */
export function memoryClient(wheels: Readonly<Record<string, Uint8Array>>): Downloader & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    download: async ({ filename }, sink) => {
      asked.push(filename);
      const bytes = wheels[filename];
      if (bytes === undefined) throw new Error(`no ${filename} here`);
      for (let at = 0; at < bytes.length; at += 1000) {
        await sink.write(bytes.subarray(at, at + 1000));
      }
      return { bytes: bytes.length, sha256: sha256Of(bytes) };
    },
  };
}

/** Remembers kinds of events and codes of warnings. */
export function listeningReport(): Report & { readonly kinds: string[]; readonly warnings: Problem[] } {
  const kinds: string[] = [];
  const warnings: Problem[] = [];
  return { kinds, warnings, emit: (kind) => void kinds.push(kind), warn: (problem) => void warnings.push(problem) };
}

/** Calls `body` with an empty store and removes it afterwards. */
export async function withStore<T>(body: (store: Store) => Promise<T>): Promise<T> {
  const parent = mkdtempSync(join(tmpdir(), "wheel-store-"));
  try {
    return await body(openStore(join(parent, "store")));
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}
