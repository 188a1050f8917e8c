/** Does the work of `isorun types`: nothing of the component runs. */
import type { Execute } from "@vivarium/cli/command";
import { exitCode } from "@vivarium/core/exit-code";
import type { componentOptions } from "./component-options.ts";
import { formatDeclarations } from "./declarations.ts";
import { openComponent } from "./open-component.ts";

/** `isorun types` */
export const execute: Execute<typeof componentOptions> = async (context, { options, positionals }) => {
  const [file = ""] = positionals;
  const { component } = await openComponent(file, { context, command: "types", useStore: !options["no-cache"] });
  const declarations = formatDeclarations(component);
  context.detail({ path: file, declarations });
  context.out(`// Values of a component with the hash sha256:${component.hash}.\n\n${declarations}`);
  return exitCode.success;
};
