/** The normalised text of a version that is known to be one. */
import { formatVersion, tryParseVersion } from "../versions/version.ts";

export function normalizedText(text: string): string {
  const version = tryParseVersion(text);
  return version === undefined ? text : formatVersion(version);
}
