/** Which distributions an environment that was there before us has, as its own interpreter sees them. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { normalizeName } from "../versions/name.ts";
import type { runDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof runDiagnostics>();

export interface InstalledDistribution {
  /** As its metadata has it. */
  readonly version: string;
  /** Requires-Dist, as its metadata has it. */
  readonly requiresDist: readonly string[];
  /** The text of `direct_url.json` (PEP 610). */
  readonly directUrl: string | null;
}

/** By normalised name. */
export type InstalledDistributions = ReadonlyMap<string, InstalledDistribution>;

/**
 * What the script will see counts: packages of PYTHONPATH, and the user's own where the environment lets them be seen.
 * So the interpreter is not isolated, and only the current directory, which `-c` puts first, is taken away.
 * `requires` knows the requirements of an egg too, and parses the metadata once more.
 */
const listScript = `import sys
if sys.path[:1] == [""]: del sys.path[0]
import importlib.metadata as m, json
def fields(d, known):
    requires = known.get_all("Requires-Dist") or d.requires or []
    return dict(version=known["Version"] or "", requiresDist=requires, directUrl=d.read_text("direct_url.json"))
seen = [(d, d.metadata) for d in m.distributions()]
text = json.dumps([[known["Name"], fields(d, known)] for d, known in seen if known["Name"]])
print("\\0" + text + "\\0")`;

export interface Asked {
  readonly python: string;
  readonly variables: Record<string, string>;
}

/** @throws E_RUN_CANNOT_START */
export async function installedDistributions({ python, variables: env }: Asked): Promise<InstalledDistributions> {
  const child = Bun.spawn([python, "-c", listScript], { env, stdin: "ignore", stderr: "pipe" });
  const [text, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (exitCode !== 0) throw problem("E_RUN_CANNOT_START", { program: python, reason: stderr.trim() });
  // The list that listScript prints, between what a .pth file or a sitecustomize may print: JSON holds no NUL.
  const pairs = JSON.parse(text.split("\0").at(-2) ?? "") as [string, InstalledDistribution][];
  // Of a name that two directories have, the first counts, as for the interpreter.
  return new Map(pairs.toReversed().map(([name, distribution]) => [normalizeName(name), distribution]));
}
