/** All problems that PyBun can have, from the catalogues of its parts. Loaded when one has to be put into words. */
import type { Catalogue } from "@vivarium/core/diagnostic";
import { coreDiagnostics } from "@vivarium/core/diagnostics";
import { envDiagnostics } from "../env/diagnostics.ts";
import { indexDiagnostics } from "../index/diagnostics.ts";
import { installDiagnostics } from "../install/diagnostics.ts";
import { interpreterDiagnostics } from "../interpreter/diagnostics.ts";
import { requirementsFileDiagnostics } from "../requirements-file/diagnostics.ts";
import { resolverDiagnostics } from "../resolver/diagnostics.ts";
import { runDiagnostics } from "../run/diagnostics.ts";
import { scriptDiagnostics } from "../script/diagnostics.ts";
import { versionsDiagnostics } from "../versions/diagnostics.ts";
import { wheelDiagnostics } from "../wheel/diagnostics.ts";

export const pybunCatalogue: Catalogue = {
  ...coreDiagnostics,
  ...versionsDiagnostics,
  ...indexDiagnostics,
  ...requirementsFileDiagnostics,
  ...resolverDiagnostics,
  ...interpreterDiagnostics,
  ...wheelDiagnostics,
  ...envDiagnostics,
  ...runDiagnostics,
  ...scriptDiagnostics,
  ...installDiagnostics,
};
