/** How files of requirements and constraints are read, wherever they are. */
import type { CommandContext } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import type { IndexFlags } from "../index/config.ts";
import type { ReadPlainFile } from "../index/plain-file.ts";
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
    remote ??= await openRemote(context, flags);
    const bytes = await remote(place);
    if (bytes === undefined)
      throw problem("E_REQUIREMENTS_FILE_REMOTE", { file: redactAddress(place), reason: "gone" });
    return bytes;
  };
}

/** Most commands name no URL: network and settings are loaded for those that do. */
async function openRemote(context: CommandContext, flags: IndexFlags): Promise<ReadPlainFile> {
  const [{ loadIndexConfig }, { openPlainFiles }] = await Promise.all([
    import("../index/config.ts"),
    import("../index/plain-file.ts"),
  ]);
  const config = loadIndexConfig({ ...context, flags });
  return openPlainFiles({ config, offline: isOffline(context), signal: context.signal });
}
