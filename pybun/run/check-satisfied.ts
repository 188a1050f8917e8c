/** Whether an environment that the user names has what a script's block asks for. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { findInterpreter } from "../interpreter/find-interpreter.ts";
import type { ScriptMetadata } from "../script/metadata.ts";
import { specifiersContain } from "../versions/specifier.ts";
import { parseVersion } from "../versions/version.ts";
import type { runDiagnostics } from "./diagnostics.ts";
import type { ExistingEnvironment } from "./existing-environment.ts";
import { installedDistributions } from "./installed-distributions.ts";
import { lacksOf } from "./lacks.ts";
import type { PlanOptions } from "./plan-options.ts";

const problem = problemsOf<typeof runDiagnostics>();

/** @throws E_RUN_ENVIRONMENT_UNSATISFIED */
export async function checkSatisfied(environment: ExistingEnvironment, plan: PlanOptions): Promise<void> {
  const { metadata, context, cacheRoot } = plan;
  if (metadata === undefined) return;
  const { cwd, platform, signal } = context;
  const place = { cwd, platform, signal, environment: context.environment, cacheRoot };
  const { version, markers } = await findInterpreter({ ...place, request: environment.python });
  const asked = { python: environment.python, variables: context.childEnvironment() };
  const installed = await installedDistributions(asked);
  const missing = [...wrongPython(version, metadata), ...lacksOf(metadata.requirements, { markers, installed })];
  if (missing.length === 0) return;
  throw problem("E_RUN_ENVIRONMENT_UNSATISFIED", {
    path: environment.prefix,
    script: plan.script ?? "<stdin>",
    missing,
  });
}

function wrongPython(version: string, { requiresPython, requiresPythonText }: ScriptMetadata): readonly string[] {
  if (requiresPython === undefined) return [];
  if (specifiersContain(requiresPython, parseVersion(version), { prereleases: true })) return [];
  return [`it is Python ${version}, and '${requiresPythonText}' is required`];
}
