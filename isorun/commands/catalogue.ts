/** All problems that Isorun's commands can have. Loaded when one has to be put into words. */
import { budgetDiagnostics } from "@vivarium/core/budget/diagnostics";
import type { Catalogue } from "@vivarium/core/diagnostic";
import { coreDiagnostics } from "@vivarium/core/diagnostics";
import { policyDiagnostics } from "@vivarium/core/policy/diagnostics";
import { isorunDiagnostics } from "./diagnostics.ts";

export const isorunCatalogue: Catalogue = {
  ...coreDiagnostics,
  ...policyDiagnostics,
  ...budgetDiagnostics,
  ...isorunDiagnostics,
};
