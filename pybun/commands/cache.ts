/** `pybun cache dir|verify|clean`: shapes only. */
import type { Command } from "@vivarium/cli/command";

const cacheDirCommand: Command = {
  name: "cache dir",
  summary: "Print where the store is",
  usage: [""],
  examples: [{ command: "pybun cache dir", note: "VIVARIUM_HOME or XDG_CACHE_HOME move it" }],
  options: {},
  positionals: "none",
  load: async () => ({ execute: (await import("./cache-execute.ts")).executeDir }),
  detailSchema: async () => (await import("./cache-detail.ts")).cacheDirDetail,
};

const cacheVerifyCommand: Command = {
  name: "cache verify",
  summary: "Hash every wheel in the store and move damaged ones away",
  usage: [""],
  examples: [{ command: "pybun cache verify", note: "Exit code 76 if anything was damaged" }],
  options: {},
  positionals: "none",
  load: async () => ({ execute: (await import("./cache-execute.ts")).executeVerify }),
  detailSchema: async () => (await import("./cache-detail.ts")).cacheVerifyDetail,
};

const cacheCleanCommand: Command = {
  name: "cache clean",
  summary: "Empty the store, except for what running programs and `--dir` environments use",
  usage: [""],
  examples: [{ command: "pybun cache clean", note: "Everything in it is fetched or made again when needed" }],
  options: {},
  positionals: "none",
  load: async () => ({ execute: (await import("./cache-execute.ts")).executeClean }),
  detailSchema: async () => (await import("./cache-detail.ts")).cacheCleanDetail,
};

export const cacheCommands: readonly Command[] = [cacheDirCommand, cacheVerifyCommand, cacheCleanCommand];
