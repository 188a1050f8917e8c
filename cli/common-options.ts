/** The options that every command takes, before or after its name. */
import type { OptionShapes } from "./command.ts";

export const commonOptions = {
  help: { kind: "flag", short: "h", summary: "Show help" },
  format: { kind: "choice", choices: ["text", "json", "jsonl"], default: "text", summary: "How to print the result" },
  quiet: { kind: "flag", short: "q", summary: "Errors only" },
  verbose: { kind: "flag", short: "v", summary: "Show each event" },
  offline: { kind: "flag", summary: "Use no network" },
  color: { kind: "choice", choices: ["auto", "always", "never"], default: "auto", summary: "When to use colours" },
} as const satisfies OptionShapes;
