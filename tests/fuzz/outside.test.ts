/** Whatever a function tells of what stands outside is known again; what stands inside is not taken for it. */
import { expect, test } from "bun:test";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { WasiDir } from "../../isorun/wasi/dir.ts";
import { builderOf } from "../components/wasi/instantiate.ts";
import { leadsOut, Outside } from "./outside.ts";

const none = { create: false, directory: false, exclusive: false, truncate: false };
const access = { write: false, fileIntegritySync: false, dataIntegritySync: false, requestedWriteSync: false };
const toRead = { ...access, read: true, mutateDirectory: false };
const itself = { symlinkFollow: false };

const root = 1;

/** Ways to each answer of a directory, by the function that gives it. */
const tellers: Readonly<Record<string, (handle: InstanceHandle, path: string) => unknown>> = {
  read: (handle, path) => handle.func("read")(opened(handle, path), 4n, 1n),
  "stream-read": (handle, path) => handle.func("stream-read")(streamOf(handle, path), 1n),
  "stream-read-blocking": (handle, path) => handle.func("stream-read-blocking")(streamOf(handle, path), 4n),
  stat: (handle, path) => handle.func("stat")(opened(handle, path)),
  "stat-at": (handle, path) => handle.func("stat-at")(root, itself, path),
  "metadata-hash": (handle, path) => handle.func("metadata-hash")(opened(handle, path)),
  "metadata-hash-at": (handle, path) => handle.func("metadata-hash-at")(root, itself, path),
};

const opened = (handle: InstanceHandle, path: string): unknown =>
  handle.func("open-at")(root, itself, path, none, toRead);

const streamOf = (handle: InstanceHandle, path: string): unknown =>
  handle.func("read-via-stream")(opened(handle, path), 1n);

async function withDirectory(at: "root" | "inside", run: (handle: InstanceHandle, outside: Outside) => void) {
  const outside = new Outside();
  try {
    using directory = new WasiDir(outside[at], { access: "read" });
    const handle = await (await builderOf("filesystem", { systems: [directory] })).instantiate();
    handle.func("get-directories")();
    run(handle, outside);
    await handle.terminate();
    outside.expectUntouched();
  } finally {
    outside.remove();
  }
}

function entriesOf(handle: InstanceHandle): unknown[] {
  const entries = handle.func("read-directory")(root);
  const found: unknown[] = [];
  for (let next = handle.func("entry")(entries); next !== undefined; next = handle.func("entry")(entries)) {
    found.push(next);
  }
  return found;
}

const shows = (outside: Outside, name: string, value: unknown): boolean => {
  try {
    outside.expectUnseen(name, value);
    return false;
  } catch (error) {
    expect(String(error)).toContain("shows what stands outside");
    return true;
  }
};

test.each(Object.keys(tellers))("%s tells of files outside", async (name) => {
  await withDirectory("root", (handle, outside) => {
    for (const path of ["secret", "unseen"]) {
      expect({ path, shown: shows(outside, name, tellers[name]?.(handle, path)) }).toEqual({ path, shown: true });
    }
  });
  await withDirectory("inside", (handle, outside) => {
    for (const path of ["file", "dir/inner"]) {
      expect({ path, shown: shows(outside, name, tellers[name]?.(handle, path)) }).toEqual({ path, shown: false });
    }
  });
});

test("names and links tell of it", async () => {
  await withDirectory("root", (handle, outside) => {
    const shown = entriesOf(handle).filter((entry) => shows(outside, "entry", entry));
    expect(shown.map((entry) => (entry as { name: string }).name).toSorted()).toEqual(["inside", "unseen"]);
    expect(shows(outside, "readlink-at", handle.func("readlink-at")(root, "arrow"))).toBe(true);
    expect(shows(outside, "readlink-at", outside.root)).toBe(true);
    expect(shows(outside, "stat-at", handle.func("stat-at")(root, itself, "."))).toBe(true);
  });
  await withDirectory("inside", (handle, outside) => {
    expect(entriesOf(handle).filter((entry) => shows(outside, "entry", entry))).toEqual([]);
    for (const link of ["away", "loop", "dir/up", "dir/off"]) {
      expect(shows(outside, "readlink-at", handle.func("readlink-at")(root, link))).toBe(false);
    }
  });
});

test("a path leads out that begins so, whatever it goes on with", () => {
  expect(["..", "../x", "/", "/x"].filter(leadsOut)).toEqual(["..", "../x", "/", "/x"]);
  expect(["..x", "x/..", "x/../..", "", ".", "./.."].filter(leadsOut)).toEqual([]);
});
