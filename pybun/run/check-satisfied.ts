/** Whether an environment that the user names has what a script's block asks for. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { findInterpreterNow } from "../interpreter/find-interpreter.ts";
import { evaluateMarker } from "../versions/marker.ts";
import { normalizeName } from "../versions/name.ts";
import { formatRequirement } from "../versions/requirement.ts";
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
  const { cwd, platform } = context;
  const request = environment.python;
  const { version, markers } = findInterpreterNow({
    request,
    cwd,
    platform,
    environment: context.environment,
    cacheRoot,
  });
  const missing: string[] = [];
  const { requiresPython, requiresPythonText } = metadata;
  if (
    requiresPython !== undefined &&
    !specifiersContain(requiresPython, parseVersion(version), { prereleases: true })
  ) {
    missing.push(`it is Python ${version}, and '${requiresPythonText}' is required`);
  }
  const installed = await installedIn(environment, context.childEnvironment());
  for (const requirement of metadata.requirements) {
    if (requirement.marker !== undefined && !evaluateMarker(requirement.marker, markers)) continue;
    const found = tryParseVersion(installed.get(requirement.name) ?? "");
    if (found === undefined) missing.push(`'${requirement.name}' is not installed`);
    else if (!specifiersContain(requirement.specifiers, found, { prereleases: true })) {
      missing.push(
        `${requirement.name} ${found.text} is installed, and '${formatRequirement(requirement)}' is required`,
      );
    }
  }
  if (missing.length === 0) return;
  throw problem("E_RUN_ENVIRONMENT_UNSATISFIED", {
    path: environment.prefix,
    script: plan.script ?? "<stdin>",
    missing,
  });
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
