/**
 * A whole resolution against an index client: what `pybun resolve`, `run` and `env create` all do.
 *
 * Wheels by URL are read first, then the solver runs; a conflict becomes a problem with its proof and with changes that
 * were tried and work. Events and warnings go to the report.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import type { indexDiagnostics } from "../index/diagnostics.ts";
import type { Derivation } from "../resolver/derivation.ts";
import { derivationJson } from "../resolver/derivation-json.ts";
import type { resolverDiagnostics } from "../resolver/diagnostics.ts";
import type { Pin } from "../resolver/pins.ts";
import { missingExtras, type ResolveOutcome, type ResolveRequest, resolve } from "../resolver/resolve.ts";
import type { Requirement } from "../versions/requirement.ts";
import { requirementText } from "../versions/requirement-text.ts";
import { buildNeededOf, findBuildNeed } from "./build-need.ts";
import type { ClientSource } from "./client-source.ts";
import { compileAsUsual, compileLater } from "./jit-policy.ts";
import type { PolicyOptions } from "./policy.ts";
import { type IndexResolution, requestOf } from "./resolve-request.ts";
import { suggestFixes } from "./suggest-fixes.ts";

const problem = problemsOf<typeof resolverDiagnostics>();
const indexProblem = problemsOf<typeof indexDiagnostics>();

/**
 * The pins, sorted by name. Throws `E_RESOLVE_CONFLICT` with a proof, `E_PACKAGE_NOT_FOUND` for a required project that
 * nobody has, `E_RESOLVE_URL_…`, `E_RESOLVE_CONSTRAINT`, `E_SDIST_BUILD_NEEDED`, and what the client throws.
 */
export async function resolveWithIndex(options: IndexResolution): Promise<readonly Pin[]> {
  const { beginWheel } = options;
  compileLater(beginWheel === undefined ? "resolution" : "installation");
  try {
    return await resolveSoon(options);
  } finally {
    // What is left of an installation is unpacking.
    if (beginWheel === undefined) compileAsUsual();
  }
}

async function resolveSoon(options: IndexResolution): Promise<readonly Pin[]> {
  const { requirements, constraints = [], target, client, report, now = Date.now } = options;
  const startedMs = now();
  checkConstraints(constraints);
  report.emit("resolve.start", {
    requirements: requirements.map(requirementText),
    python: target.markers.python_full_version,
    platform: target.markers.sys_platform,
  });
  const { request, source } = await requestOf(options);
  const outcome = await resolveOrAdvise(request, options);
  warnOfUndated(source, report);
  if (outcome.kind === "conflict") throw await conflictProblem(outcome, request, { source, ...options });
  for (const missing of missingExtras(outcome.pins, source)) report.warn(problem("W_RESOLVE_EXTRA_UNKNOWN", missing));
  for (const { name, version, extras, index } of outcome.pins) {
    report.emit("resolve.package", { name, version, extras: [...extras], source: index });
  }
  source.remember();
  const { requests } = client.stats();
  report.emit("resolve.finish", { packages: outcome.pins.length, requests, duration_ms: now() - startedMs });
  return outcome.pins;
}

/** A release that would have to be built is told with what can be done about it. */
async function resolveOrAdvise(request: ResolveRequest, options: IndexResolution): Promise<ResolveOutcome> {
  try {
    return await resolve(request);
  } catch (error) {
    const params = buildNeededOf(error);
    if (params?.build === undefined) throw error;
    const build = await findBuildNeed(options, params.build);
    throw indexProblem("E_SDIST_BUILD_NEEDED", { ...params, build });
  }
}

/** Constraints only narrow versions, or say where a project comes from, as pip's do since 20.3. */
function checkConstraints(constraints: readonly Requirement[]): void {
  for (const constraint of constraints) {
    const text = requirementText(constraint);
    if (constraint.extras.length > 0) throw problem("E_RESOLVE_CONSTRAINT", { text, detail: "it names extras" });
  }
}

function warnOfUndated(source: ClientSource, report: Report): void {
  const { files, projects } = source.undated();
  if (files > 0) report.warn(problem("W_RESOLVE_NO_UPLOAD_TIME", { files, projects }));
}

async function conflictProblem(
  outcome: { derivation: Derivation; text: string },
  request: ResolveRequest,
  { source, requiredHashes }: { source: ClientSource; requiredHashes?: PolicyOptions["requiredHashes"] },
): Promise<Error> {
  const unknown = request.requirements.find(({ name }) => source.problemOf(name) !== undefined);
  const isToBlame = outcome.derivation.steps.some(
    (step) => step.kind === "fact" && step.fact.kind === "unknown-project" && step.fact.subject.name === unknown?.name,
  );
  const notFound = unknown === undefined ? undefined : source.problemOf(unknown.name);
  // With a name that nobody has, the name is the whole story; a proof would only repeat it.
  if (isToBlame && notFound !== undefined) return notFound;
  const untrusted = untrustedProblem(outcome, requiredHashes);
  if (untrusted !== undefined) return untrusted;
  const fixes = await suggestFixes(request, outcome.derivation);
  return problem("E_RESOLVE_CONFLICT", {
    explanation: outcome.text,
    derivation: derivationJson(outcome.derivation),
    fixes,
  });
}

/** Where a file was refused for what it holds, that is the story: other versions would only lead around it. */
function untrustedProblem(
  { derivation, text }: { derivation: Derivation; text: string },
  requiredHashes: PolicyOptions["requiredHashes"],
): Error | undefined {
  for (const step of derivation.steps) {
    if (step.kind !== "fact" || step.fact.kind !== "unusable") continue;
    const { subject, reason } = step.fact;
    const told = { name: subject.name, explanation: text, derivation: derivationJson(derivation) };
    if (reason.kind === "hash")
      return problem("E_RESOLVE_HASH", { ...told, demanded: [...(requiredHashes?.get(subject.name) ?? [])] });
    if (reason.kind === "archive") return problem("E_RESOLVE_ARCHIVE", { ...told, detail: reason.detail });
  }
  return undefined;
}
