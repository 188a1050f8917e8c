/**
 * Reads one of pip's files. One that is there and cannot be read ends the command: what it says may be `no-index`, and
 * packages must not come from the public index because of a missing bracket.
 */
import { realpathSync, type Stats, statSync } from "node:fs";
import { devNull } from "node:os";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { throwIfTooLarge } from "@vivarium/core/store/small-file";
import { reasonOf } from "@vivarium/core/system-reason";
import { throwIfTooManyFiles } from "./open-files-limit.ts";
import { IniFault, parseIni } from "./pip-ini.ts";
import { readRegular } from "./regular-file.ts";
import { invalidSetting } from "./setting-values.ts";

/** `isNamed`: by PIP_CONFIG_FILE, so that somebody means it. @throws E_SETTING_INVALID */
export function readPipFile(file: string, isNamed: boolean): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const invalid = (reason: string): Error => invalidSetting({ value: "", source: `'${file}'` }, reason);
  try {
    return parseIni(textOf(file, isNamed));
  } catch (error) {
    throwIfTooManyFiles(error, file);
    if (error instanceof IniFault) throw invalid(error.message);
    if (errnoOf(error) === undefined) throw error;
    throw invalid(reasonOf(error));
  }
}

/** Empty where there is no file. */
function textOf(file: string, isNamed: boolean): string {
  const status = statusOf(file, isNamed);
  if (status === undefined || realpathSync(file) === devNull) return "";
  throwIfTooLarge(file, { size: status.size });
  return decode(readRegular(file));
}

/** A place that we may not look into has nothing for us, as for pip: a service may run with the home of another user. */
function statusOf(file: string, isNamed: boolean): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOTDIR" || (errno === "EACCES" && !isNamed)) return undefined;
    throw error;
  }
}

/** Bytes that are replaced would be another address, or another setting. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    throw new IniFault(
      "it begins with a byte order mark, which pip does not read either: save it as UTF-8 without one",
    );
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new IniFault("it is not UTF-8");
    throw error;
  }
}
