/** The process that cases run in: it may hang or die, and its parent notices. */

import { plant } from "./canaries.ts";
import type { CaseKind, CaseSeed } from "./case-kind.ts";
import { caseId, type FoundCase, type Job, type JobReport } from "./job.ts";

const [canary] = process.argv.slice(2);
if (canary !== undefined) plant(canary);
// Modules of the engine are read only now, so that the canary is in them.
const { kinds } = await import("./kinds.ts");
const { compareVerdicts } = await import("./compare-verdicts.ts");

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : `threw ${String(error)}`;

async function failureOf(run: CaseKind["run"], seed: CaseSeed): Promise<{ ending: string; what?: string }> {
  try {
    return { ending: await run(seed) };
  } catch (error) {
    return { ending: "finding", what: describe(error) };
  }
}

async function runJob({ kind, cases }: Job): Promise<JobReport> {
  const known = kinds.get(kind);
  if (known === undefined) throw new Error(`no kind of cases is called '${kind}'`);
  const endings: Record<string, number> = {};
  const findings: FoundCase[] = [];
  for (const seed of cases) {
    const { ending, what } = await failureOf(known.run, seed);
    endings[ending] = (endings[ending] ?? 0) + 1;
    if (what !== undefined) findings.push({ id: caseId(kind, seed), what });
  }
  return { endings, findings };
}

process.on("message", (job: Job) => {
  void (job.isJudged === true ? compareVerdicts(job) : runJob(job)).then((report) => process.send?.(report));
});
// A terminal tells the whole group: the parent decides.
process.on("SIGINT", () => undefined);
// A parent that is gone has no use for the rest.
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
