/** `pybun env create|list|path|remove`: shapes only. */
import type { Command } from "@vivarium/cli/command";
import { envCreateOptions, envWishOptions } from "./env-options.ts";

const envCreateCommand: Command = {
  name: "env create",
  summary: "Make an environment and print its path",
  usage: ["[OPTIONS] REQUIREMENT…", "[OPTIONS] -r FILE"],
  examples: [
    { command: "pybun env create requests rich", note: "The same requirements find the same environment again" },
    { command: "pybun env create -r requirements.txt --dir .venv", note: "At a place of your own" },
    { command: "pybun env create pandas pip", note: "With pip in it, for what is to be installed by hand later" },
  ],
  options: envCreateOptions,
  positionals: { name: "REQUIREMENT", min: 0, max: Number.POSITIVE_INFINITY },
  load: async () => ({ execute: (await import("./env-execute.ts")).executeCreate }),
  detailSchema: async () => (await import("./env-detail.ts")).envCreateDetail,
};

const envListCommand: Command = {
  name: "env list",
  summary: "List the environments that PyBun owns",
  usage: [""],
  examples: [
    {
      command: "pybun env list",
      note: "Key, Python, number of packages, path, requirements, and options given to `env create`",
    },
  ],
  options: {},
  positionals: "none",
  load: async () => ({ execute: (await import("./env-execute.ts")).executeList }),
  detailSchema: async () => (await import("./env-detail.ts")).envListDetail,
};

const envPathCommand: Command = {
  name: "env path",
  summary: "Print the path of an environment",
  usage: ["[OPTIONS] REQUIREMENT…", "[OPTIONS] -r FILE", "KEY|DIR"],
  examples: [
    { command: "pybun env path requests rich", note: "The one that `env create` made for this; no network is used" },
    { command: "pybun env path 3f9c", note: "The first four or more characters of a key are enough" },
  ],
  options: envWishOptions,
  positionals: { name: "REQUIREMENT|KEY|DIR", min: 0, max: Number.POSITIVE_INFINITY },
  load: async () => ({ execute: (await import("./env-path.ts")).executePath }),
  detailSchema: async () => (await import("./env-detail.ts")).envCreateDetail,
};

const envRemoveCommand: Command = {
  name: "env remove",
  summary: "Remove environments",
  usage: ["[OPTIONS] REQUIREMENT…", "[OPTIONS] -r FILE", "KEY|DIR…"],
  examples: [
    {
      command: "pybun env remove requests rich",
      note: "The one that `env path` prints for this; its wheels stay in the store",
    },
    { command: "pybun env remove .venv", note: "By place or by key" },
    { command: "pybun env remove old/.venv", note: "Forgets one that `env list` calls moved or gone" },
  ],
  options: envWishOptions,
  positionals: { name: "REQUIREMENT|KEY|DIR", min: 0, max: Number.POSITIVE_INFINITY },
  load: async () => ({ execute: (await import("./env-remove.ts")).executeRemove }),
  detailSchema: async () => (await import("./env-detail.ts")).envRemoveDetail,
};

export const envCommands: readonly Command[] = [envCreateCommand, envListCommand, envPathCommand, envRemoveCommand];
