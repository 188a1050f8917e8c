import { rule } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { type BuildNeed, buildHint, buildNeedJson, requirersInWords } from "../index/build-need.ts";

/** Codes of making an environment from requirements. */
export const installDiagnostics = {
  E_INSTALL_BUILD_NEEDED: rule<{ file: string; build: BuildNeed }>({
    exit: exitCode.dataError,
    summary: "The release that was chosen has no wheel for this interpreter, and source archives are not built yet.",
    message: ({ file, build: { name, version, requiredBy } }) =>
      `cannot install '${name}' ${version}: it has no wheel for this interpreter, only '${file}'${requirersInWords(requiredBy)}`,
    hint: (p) => buildHint(p.build),
    fixes: (p) => p.build.fixes,
    data: (p) => buildNeedJson(p.build),
  }),
};
