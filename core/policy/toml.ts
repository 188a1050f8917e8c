/** A file with a policy: its text to a policy. The TOML parser is loaded here only, and only when a policy is read. */
import { budgetNameOf } from "../budget/budget.ts";
import { problemsOf } from "../diagnostic.ts";
import type { policyDiagnostics } from "./diagnostics.ts";
import type { PathBase } from "./path.ts";
import { grantNothing, type Policy, type PolicyPart, type WrittenPart } from "./policy.ts";
import { readPolicyTables } from "./tables.ts";
import { tomlPlaces } from "./toml-places.ts";
import { isCapability, usedParts } from "./used-parts.ts";

const problem = problemsOf<typeof policyDiagnostics>();

export interface PolicyFile extends PathBase {
  /** For messages and spans. `base` is the directory that it is in. */
  readonly file: string;
  readonly text: string;
}

/**
 * The file of `--policy`, whose whole content is `[capabilities]` and `[budget]`. An empty one grants nothing.
 * @throws E_POLICY_TOML, E_POLICY_VALUE, E_POLICY_TYPE, E_POLICY_KEY (78)
 */
export async function parsePolicyFile({ file, text, base, platform }: PolicyFile): Promise<Policy> {
  const table = await parseToml(text, file);
  const places = tomlPlaces(text);
  const source = { file, base, platform, path: [] };
  const placeOf: Parameters<typeof readPolicyTables>[1]["placeOf"] = (path, part) => ({ file, ...places(path, part) });
  return readPolicyTables(table, { ...source, placeOf }) ?? grantNothing(platform);
}

/** Where the file writes the parts that its policy uses. */
export function writtenIn(
  { file, text }: Pick<PolicyFile, "file" | "text">,
  policy: Policy,
): ReadonlyMap<PolicyPart, WrittenPart> {
  const places = tomlPlaces(text);
  const parts = usedParts(policy).map((part): [PolicyPart, WrittenPart] => {
    const path = isCapability(part) ? ["capabilities", part] : ["budget", budgetNameOf(part) ?? part];
    return [part, { name: path.join("."), span: { file, ...places(path, "key") } }];
  });
  return new Map(parts);
}

async function parseToml(text: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(text, { integersAsBigInt: true });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Its message goes on with the line, which the span shows.
    const [reason = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
    const spans = [{ file, line: error.line, column: error.column }];
    throw problem("E_POLICY_TOML", { file, reason }, { spans });
  }
}
