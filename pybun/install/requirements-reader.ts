/** How files of requirements and constraints are read, wherever they are. */
import type { CommandContext } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import { redact } from "@vivarium/core/redact";
import { type IndexFlags, loadIndexConfig } from "../index/config.ts";
import { openPlainFiles, type ReadPlainFile } from "../index/plain-file.ts";
import { isOffline } from "../index/run-variables.ts";
import type { requirementsFileDiagnostics } from "../requirements-file/diagnostics.ts";
import { isRemotePlace } from "../requirements-file/place.ts";
import { readLocalFile } from "../requirements-file/read-local-file.ts";

const problem = problemsOf<typeof requirementsFileDiagnostics>();

/** `flags` name indexes, whose credentials hold for files beside them. */
export function requirementsReader(context: CommandContext, flags: IndexFlags): (place: string) => Promise<Uint8Array> {
  let remote: ReadPlainFile | undefined;
  return async (place) => {
    if (!isRemotePlace(place)) return readLocalFile(place);
    // Most commands name no URL: the settings of the network are read for those that do.
    remote ??= openPlainFiles({
      config: loadIndexConfig({ ...context, flags }),
      offline: isOffline(context),
      signal: context.signal,
    });
    const bytes = await remote(place);
    if (bytes === undefined) throw problem("E_REQUIREMENTS_FILE_REMOTE", { file: redact(place), reason: "gone" });
    return bytes;
  };
}
