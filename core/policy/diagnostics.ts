import { rule } from "../diagnostic.ts";
import { exitCode } from "../exit-code.ts";
import { shellWord } from "../shell-word.ts";
import type { CapabilityKind, Denial } from "./policy.ts";

interface InFile {
  /** As it was given; the script or project where the policy is a part of it. */
  readonly file: string;
}

const exit = exitCode.config;

const actions: Readonly<Record<CapabilityKind, string>> = {
  read: "read",
  write: "write to",
  connect: "connect to",
  listen: "listen on",
  env: "see the variable",
  exec: "start",
  ipc: "open the channel",
  time: "read the clock",
  random: "get random bytes",
  log: "write to the log",
};

const isAmbient = (kind: CapabilityKind): boolean => kind === "time" || kind === "random" || kind === "log";

/** Of a path that leads out of where it starts, by `..` or a link, or to the top of the disk. */
const pathHint = (capability: "read" | "write"): string =>
  `No directory short of the whole disk leads there by this path: name the place itself, and grant it with \`--allow-${capability}=…\`.`;

interface Unenforced {
  readonly engine: string;
  readonly parts: readonly { readonly name: string; readonly file?: string }[];
}

function unenforced({ engine, parts }: Unenforced): string {
  const named = parts.map(({ name, file }) => (file === undefined ? `'${name}'` : `'${name}' in '${file}'`));
  return `the engine '${engine}' cannot enforce ${named.join(", ")}`;
}

/** Codes of policies: what they deny, and what is wrong with how they are written. */
export const policyDiagnostics = {
  E_CAPABILITY_DENIED: rule<Denial>({
    exit: exitCode.denied,
    lines: ["flag"],
    summary: "The workload did something that its policy does not allow. The fix is the one flag that would grant it.",
    message: ({ capability, requested, reason = "the policy does not allow it" }) =>
      `cannot ${actions[capability]}${requested === undefined ? "" : ` '${requested}'`}: ${reason}`,
    hint: ({ capability, deniedBy, flag, reason }) => {
      if (reason !== undefined) return "No flag and no policy grants it.";
      if (deniedBy === "workload")
        return `The workload's own policy denies it, which no flag can change: change \`${capability}\` in its [capabilities].`;
      if (isAmbient(capability)) return `Leave \`--deny-${capability}\`, or \`${capability} = false\`, away.`;
      if (flag !== undefined) return `Allow it with \`${shellWord(flag)}\`.`;
      if (capability === "read" || capability === "write") return pathHint(capability);
      return `Grants are written as \`--allow-${capability}=…\`.`;
    },
    fixes: ({ flag }) => (flag === undefined ? [] : [{ title: "allow it", kind: "option", text: flag }]),
  }),
  E_POLICY_FLAG: rule<{ flag: string; text: string; reason: string }>({
    exit: exitCode.usage,
    summary: "The value of a policy or budget flag is malformed.",
    message: (p) => `cannot use '${p.text}' for ${p.flag}: it ${p.reason}`,
  }),
  E_POLICY_VALUE: rule<InFile & { field: string; text: string; reason: string }>({
    exit,
    summary: "A value in a policy's TOML is malformed.",
    message: (p) => `cannot use '${p.text}' for '${p.field}' in '${p.file}': it ${p.reason}`,
  }),
  E_POLICY_TYPE: rule<InFile & { field: string; expected: string }>({
    exit,
    summary: "A value in a policy's TOML has another type than its key takes.",
    message: (p) => `'${p.field}' in '${p.file}' must be ${p.expected}`,
  }),
  E_POLICY_KEY: rule<InFile & { field: string; nearest: readonly string[] }>({
    exit,
    summary:
      "A policy's TOML has a key that no policy has. It is no warning, because a misspelt limit would limit nothing.",
    message: (p) => `'${p.field}' in '${p.file}' is not a part of a policy`,
    hint: ({ field, nearest: [near] }) => {
      if (field === "tool")
        return "A file of `--policy` has `[capabilities]` and `[budget]` at its top, without `tool.vivarium`.";
      return near === undefined ? undefined : `Did you mean \`${near}\`?`;
    },
  }),
  E_POLICY_FILE: rule<InFile & { reason: string }>({
    exit: exitCode.notFound,
    summary: "The file that --policy names cannot be read.",
    message: (p) => `cannot read the policy '${p.file}': ${p.reason}`,
  }),
  E_POLICY_TOML: rule<InFile & { reason: string }>({
    exit,
    summary: "A file of a policy is not valid TOML.",
    message: (p) => `'${p.file}' is not valid TOML: ${p.reason}`,
  }),
  E_POLICY_UNENFORCEABLE: rule<Unenforced>({
    exit,
    summary: "The engine that should run the workload cannot enforce a part of its policy.",
    message: unenforced,
    hint: () => "Leave it away, choose an engine that can, or run without it with `--best-effort`.",
  }),
  W_POLICY_UNENFORCED: rule<Unenforced>({
    exit: exitCode.success,
    summary: "With `--best-effort` the workload runs without a part of its policy that the engine cannot enforce.",
    message: (p) => `${unenforced(p)}, and goes on without`,
  }),
};
