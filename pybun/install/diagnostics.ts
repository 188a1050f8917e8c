import { rule } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";

/** Codes of making an environment from requirements. */
export const installDiagnostics = {
  E_INSTALL_BUILD_NEEDED: rule<{ name: string; version: string; file: string; isPinned: boolean }>({
    exit: exitCode.dataError,
    summary: "The release that was chosen has no wheel for this interpreter, and source archives are not built yet.",
    message: (p) => `cannot install '${p.name}' ${p.version}: it has no wheel for this interpreter, only '${p.file}'`,
    hint: (p) =>
      p.isPinned
        ? "Require a version that has a wheel for this interpreter, or choose another interpreter with `--python`."
        : `\`--only-binary ${p.name}\` takes the newest version that has a wheel; another \`--python\` may have one.`,
  }),
};
