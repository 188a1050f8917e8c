import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "./io-problem.ts";
import { isOwnedName, ownerOf } from "./own-folders.ts";
import { mayBeAlive, ownIdentity } from "./process-identity.ts";
import { readSmallText, wholeOf } from "./small-file.ts";

let counter = 0;

/** Writes who uses which entries. The file is whole when its name appears or is read as shorter: both only add. */
export function writeLease(folder: string, entries: readonly { kind: string; key: string }[]): () => void {
  const path = join(folder, `${ownIdentity()}.${counter++}`);
  writeFileSync(path, entries.map(({ kind, key }) => `${kind}/${key}\n`).join(""));
  return () => rmSync(path, { force: true });
}

/** `kind/key` of everything that living processes use. */
export function liveLeases(folder: string): ReadonlySet<string> {
  const used = new Set<string>();
  for (const name of namesIn(folder)) {
    if (!isOwnedName(name) || !mayBeAlive(ownerOf(name))) continue;
    for (const line of readLines(join(folder, name))) used.add(line);
  }
  return used;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** A lease that ends while it is read uses nothing any more. */
function readLines(path: string): readonly string[] {
  const text = wholeOf(readSmallText(path)) ?? "";
  return text.split("\n").filter((line) => line !== "");
}
