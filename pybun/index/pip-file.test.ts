import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadIndexConfig } from "./config.ts";
import { readGivenSettings } from "./given-settings.ts";
import { failureOf } from "./testing.ts";

type Make = (path: string) => void;

const bytes =
  (content: string | Uint8Array): Make =>
  (path) =>
    writeFileSync(path, content);
const link =
  (to: string): Make =>
  (path) =>
    symlinkSync(to, path);
const utf16 = Buffer.from("\ufeff[global]\nno-index = true\n", "utf16le");

/** Whether it is the user's own file, or one that PIP_CONFIG_FILE names, nobody falls back to the public index. */
async function failuresOf(make: Make): Promise<string[]> {
  const home = mkdtempSync(join(tmpdir(), "pip-file-"));
  try {
    const file = join(home, ".config", "pip", "pip.conf");
    mkdirSync(dirname(file), { recursive: true });
    make(file);
    const failures: string[] = [];
    for (const PIP_CONFIG_FILE of [undefined, file]) {
      const environment = { XDG_CONFIG_DIRS: join(home, "xdg"), PIP_CONFIG_FILE };
      const sources = {
        environment,
        home: PIP_CONFIG_FILE === undefined ? home : join(home, "none"),
        platform: "linux",
        cwd: home,
      } as const;
      failures.push(await failureOf(() => loadIndexConfig({ flags: {}, ...sources })));
      failures.push(await failureOf(() => readGivenSettings(sources)));
    }
    return [...new Set(failures.map((failure) => failure.replaceAll(file, "FILE")))];
  } finally {
    rmSync(home, { recursive: true });
  }
}

const hint = " | Correct or unset it: a setting that cannot be read is never passed over.";

test.each<[string, Make, string]>([
  ["without its bracket", bytes("[global\nno-index = true\n"), "line 1 stands before any section, such as '[global]'"],
  [
    "with a byte order mark",
    bytes("\ufeff[global]\nno-index = true\n"),
    "it begins with a byte order mark, which pip does not read either: save it as UTF-8 without one",
  ],
  ["in UTF-16", bytes(utf16), "it is not UTF-8"],
  [
    "with bytes that are no UTF-8",
    bytes(Buffer.from("[global]\nindex-url = https://h/\xff\n", "latin1")),
    "it is not UTF-8",
  ],
  ["that is a directory", (path) => mkdirSync(path), "it is a directory"],
  ["that is a FIFO", (path) => Bun.spawnSync(["mkfifo", path]), "it is no regular file"],
  ["that is a device", link("/dev/zero"), "it is no regular file"],
  ["that leads in a circle", (path) => symlinkSync(path, path), "its symbolic links go in a circle"],
])("a file of pip %s ends the command", async (_, make, reason) => {
  expect(await failuresOf(make)).toEqual([`E_SETTING_INVALID cannot use 'FILE': ${reason}${hint}`]);
});

test("the null device is a file without settings, and what is absent is none", () => {
  const home = mkdtempSync(join(tmpdir(), "pip-file-"));
  try {
    mkdirSync(join(home, ".pip"));
    symlinkSync("/dev/null", join(home, ".pip", "pip.conf"));
    for (const PIP_CONFIG_FILE of [join(home, "absent"), join(home, ".pip", "pip.conf", "below")]) {
      const environment = { XDG_CONFIG_DIRS: join(home, "xdg"), PIP_CONFIG_FILE };
      expect(loadIndexConfig({ flags: {}, environment, home, platform: "linux" }).indexes).toHaveLength(1);
    }
  } finally {
    rmSync(home, { recursive: true });
  }
});
