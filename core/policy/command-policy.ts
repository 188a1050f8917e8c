/** The policy of a command line: its flags, and the file that `--policy` names. Reads the disk, unlike its neighbours. */
import { readFile } from "node:fs/promises";
import { type Problem, problemsOf } from "../diagnostic.ts";
import { isFault } from "../fault.ts";
import type { Platform } from "../paths.ts";
import { reasonOf } from "../system-reason.ts";
import { extendPolicy } from "./combine.ts";
import type { policyDiagnostics } from "./diagnostics.ts";
import { type PolicyFlags, readPolicyFlags } from "./flags.ts";
import { resolvePath } from "./path.ts";
import type { Policy } from "./policy.ts";

const problem = problemsOf<typeof policyDiagnostics>();

export type CommandPolicyFlags = PolicyFlags & { readonly policy?: string | undefined };

/**
 * Undefined where nothing of a policy was given. What flags grant is added to what the file grants, and their limits
 * replace the file's.
 * @throws E_POLICY_FLAG (2), E_POLICY_FILE (66), E_POLICY_TOML, E_POLICY_VALUE, E_POLICY_TYPE, E_POLICY_KEY (78)
 */
export async function readCommandPolicy(
  flags: CommandPolicyFlags,
  { cwd, platform }: { readonly cwd: string; readonly platform: Platform },
): Promise<Policy | undefined> {
  const given = readPolicyFlags(flags, { base: cwd, platform });
  if (flags.policy === undefined) return given;
  const inFile = await readPolicyFile(flags.policy, { cwd, platform });
  return given === undefined ? inFile : extendPolicy(inFile, given);
}

async function readPolicyFile(file: string, { cwd, platform }: { cwd: string; platform: Platform }): Promise<Policy> {
  const path = resolvePath(file, { base: cwd, platform });
  if (isFault(path)) throw problem("E_POLICY_FILE", { file, reason: `its name ${path.reason}` });
  const base = resolvePath("..", { base: path, platform });
  const text = textOf(await bytesOf(file, path), file);
  const { parsePolicyFile } = await import("./toml.ts");
  return parsePolicyFile({ file, text, base: isFault(base) ? path : base, platform });
}

async function bytesOf(file: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw problem("E_POLICY_FILE", { file, reason: reasonOf(error) }, { cause: error });
  }
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw notUtf8(bytes, file);
  }
}

function notUtf8(bytes: Uint8Array, file: string): Problem {
  // One character stands for what cannot be read; the file's own of that kind would come first, and be odd as well.
  const [before = ""] = new TextDecoder().decode(bytes).split("\uFFFD", 1);
  const lines = before.split("\n");
  const spans = [{ file, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }];
  return problem("E_POLICY_TOML", { file, reason: "it is not UTF-8" }, { spans });
}
