/** Links to files that are left out: whoever made the page meant them, so that they are told, once a page. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import type { Report } from "@vivarium/core/report";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { LinkRefusal } from "./link-file.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface RefusalTeller {
  readonly tell: (page: string, refusal: LinkRefusal) => void;
}

/** A page that names one such file mostly names hundreds, and it is read from the cache by every run. */
export function openRefusals(report: Report): RefusalTeller {
  const told = new Set<string>();
  return {
    tell(page, { link, fault }) {
      if (told.has(page)) return;
      told.add(page);
      report.warn(problem("W_INDEX_LINK_REFUSED", { page, link: redactAddress(link), fault }));
    },
  };
}
