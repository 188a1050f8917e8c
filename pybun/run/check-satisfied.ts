/** Whether an environment that the user names has what a script's block asks for. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { findInterpreter } from "../interpreter/find-interpreter.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import type { ScriptMetadata } from "../script/metadata.ts";
import { evaluateMarker } from "../versions/marker.ts";
import { normalizeName } from "../versions/name.ts";
import { formatRequirement, type Requirement } from "../versions/requirement.ts";
import { specifiersContain } from "../versions/specifier.ts";
import { parseVersion, tryParseVersion } from "../versions/version.ts";
import type { runDiagnostics } from "./diagnostics.ts";
import type { ExistingEnvironment } from "./existing-environment.ts";
import type { PlanOptions } from "./plan-options.ts";

const problem = problemsOf<typeof runDiagnostics>();

const listScript = `import importlib.metadata as m, json
print(json.dumps([[d.metadata["Name"], d.version] for d in m.distributions() if d.metadata["Name"]]))`;

/** @throws E_RUN_ENVIRONMENT_UNSATISFIED */
export async function checkSatisfied(environment: ExistingEnvironment, plan: PlanOptions): Promise<void> {
  const { metadata, context, cacheRoot } = plan;
  if (metadata === undefined) return;
  const { cwd, platform, signal } = context;
  const place = { cwd, platform, signal, environment: context.environment, cacheRoot };
  const interpreter = await findInterpreter({ ...place, request: environment.python });
  const installed = await installedIn(environment, context.childEnvironment());
  const missing = missingFrom({ interpreter, installed }, metadata);
  if (missing.length === 0) return;
  throw problem("E_RUN_ENVIRONMENT_UNSATISFIED", {
    path: environment.prefix,
    script: plan.script ?? "<stdin>",
    missing,
  });
}

interface Found {
  readonly interpreter: Pick<Interpreter, "version" | "markers">;
  /** Normalised names and versions as their metadata has them. */
  readonly installed: ReadonlyMap<string, string>;
}

/** What the block asks for and the environment lacks, a sentence each. */
function missingFrom({ interpreter, installed }: Found, metadata: ScriptMetadata): readonly string[] {
  const { requiresPython, requiresPythonText, requirements } = metadata;
  const { version, markers } = interpreter;
  const fits =
    requiresPython === undefined || specifiersContain(requiresPython, parseVersion(version), { prereleases: true });
  const wrongPython = fits ? [] : [`it is Python ${version}, and '${requiresPythonText}' is required`];
  const wanted = requirements.filter(({ marker }) => marker === undefined || evaluateMarker(marker, markers));
  return [...wrongPython, ...wanted.flatMap((requirement) => lackOf(requirement, installed.get(requirement.name)))];
}

function lackOf(requirement: Requirement, installed: string | undefined): readonly string[] {
  const found = tryParseVersion(installed ?? "");
  if (found === undefined) return [`'${requirement.name}' is not installed`];
  if (specifiersContain(requirement.specifiers, found, { prereleases: true })) return [];
  return [`${requirement.name} ${found.text} is installed, and '${formatRequirement(requirement)}' is required`];
}

async function installedIn(
  environment: ExistingEnvironment,
  env: Record<string, string>,
): Promise<Map<string, string>> {
  const child = Bun.spawn([environment.python, "-I", "-c", listScript], { env, stdin: "ignore", stderr: "pipe" });
  const [text, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (exitCode !== 0) throw problem("E_RUN_CANNOT_START", { program: environment.python, reason: stderr.trim() });
  // The list that listScript prints.
  const pairs = JSON.parse(text) as [string, string][];
  return new Map(pairs.map(([name, version]) => [normalizeName(name), version]));
}
