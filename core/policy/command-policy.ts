/** The policy of a command line: its flags, and the file that `--policy` names. Reads the disk, unlike its neighbours. */
import { statSync } from "node:fs";
import { type Problem, problemsOf } from "../diagnostic.ts";
import { isFault } from "../fault.ts";
import type { Platform } from "../paths.ts";
import { readSettingsFile } from "../store/small-file.ts";
import { reasonOf } from "../system-reason.ts";
import { extendPolicy, intersectPolicies } from "./combine.ts";
import type { policyDiagnostics } from "./diagnostics.ts";
import { type PolicyFlags, readPolicyFlags } from "./flags.ts";
import { resolvePath } from "./path.ts";
import type { Policy, PolicyPart, WrittenPart } from "./policy.ts";
import { flagNameOf, usedParts } from "./used-parts.ts";

const problem = problemsOf<typeof policyDiagnostics>();

export type CommandPolicyFlags = PolicyFlags & { readonly policy?: readonly string[] | undefined };

/**
 * Undefined where nothing of a policy was given. Of several files counts what all of them allow. What flags grant is
 * added to that, and their limits replace the files'.
 * @throws E_POLICY_FLAG (2), E_POLICY_FILE (66), E_POLICY_TOML, E_POLICY_VALUE, E_POLICY_TYPE, E_POLICY_KEY (78)
 */
export async function readCommandPolicy(
  flags: CommandPolicyFlags,
  { cwd, platform }: { readonly cwd: string; readonly platform: Platform },
): Promise<Policy | undefined> {
  const given = readPolicyFlags(flags, { base: cwd, platform });
  const files: PolicyOfFile[] = [];
  for (const file of flags.policy ?? []) files.push(await readPolicyFile(file, { cwd, platform }));
  const [first, ...others] = files.map(({ policy }) => policy);
  if (first === undefined) return given;
  const inFiles = others.reduce(commonPolicy, first);
  const written = allWritten([...files.map((file) => file.written), given === undefined ? new Map() : inFlags(given)]);
  return { ...(given === undefined ? inFiles : extendPolicy(inFiles, given)), written };
}

/** All are the caller's, so that flags may add to what is left of them. */
function commonPolicy(one: Policy, other: Policy): Policy {
  const { platform, capabilities, budget } = intersectPolicies(one, other);
  return { platform, capabilities, budget };
}

type Written = ReadonlyMap<PolicyPart, WrittenPart>;

const inFlags = (policy: Policy): Written =>
  new Map(usedParts(policy).map((part) => [part, { name: flagNameOf(part) }]));

function allWritten(sources: readonly Written[]): NonNullable<Policy["written"]> {
  const all = sources.flatMap((source) => [...source]);
  const byPart = Map.groupBy(all, ([part]) => part);
  return new Map([...byPart].map(([part, places]) => [part, places.map(([, place]) => place)]));
}

interface PolicyOfFile {
  readonly policy: Policy;
  readonly written: Written;
}

async function readPolicyFile(
  file: string,
  { cwd, platform }: { cwd: string; platform: Platform },
): Promise<PolicyOfFile> {
  const path = resolvePath(file, { base: cwd, platform });
  if (isFault(path)) throw problem("E_POLICY_FILE", { file, reason: `its name ${path.reason}` });
  const base = resolvePath("..", { base: path, platform });
  const text = textOf(bytesOf(file, path), file);
  const { parsePolicyFile, writtenIn } = await import("./toml.ts");
  const policy = await parsePolicyFile({ file, text, base: isFault(base) ? path : base, platform });
  return { policy, written: writtenIn({ file, text }, policy) };
}

function bytesOf(file: string, path: string): Uint8Array {
  let reason: string;
  try {
    const bytes = readSettingsFile(path);
    if (bytes !== undefined) return bytes;
    reason = statSync(path).isDirectory() ? "it is a directory" : "it is no regular file";
  } catch (error) {
    throw problem("E_POLICY_FILE", { file, reason: reasonOf(error) }, { cause: error });
  }
  throw problem("E_POLICY_FILE", { file, reason });
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
