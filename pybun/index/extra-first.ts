/** Tells those who come from pip that an extra index is asked first, and which one wins. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import type { Report } from "@vivarium/core/report";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { IndexConfig } from "./index-config.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface ExtraIndexes {
  /** Who named them. */
  readonly source: string;
  readonly urls: readonly string[];
}

/** Silent where they are the default index itself. */
export function warnOfExtraFirst(report: Report, config: IndexConfig, { source, urls }: ExtraIndexes): void {
  const order = config.indexes.map(({ url }) => url);
  if (urls.length === 0 || order.length < 2) return;
  report.warn(problem("W_INDEX_EXTRA_FIRST", { source, urls: urls.map(redactAddress), order }));
}
