/** The door of pybun/versions: versions, specifiers, requirements, markers, tags and names of the Python world. */
export { versionsDiagnostics } from "./diagnostics.ts";
export { formatMarker, parseMarker } from "./marker.ts";
export { evaluateMarker, type MarkerEnvironment } from "./marker-evaluate.ts";
export type { Marker, MarkerComparison, MarkerOperator, MarkerVariable } from "./marker-syntax.ts";
export { isValidName, normalizeName } from "./name.ts";
export { type PlatformMarkers, parsePlatformName, platformMarkers, platformNames } from "./platform-names.ts";
export {
  anyVersion,
  complementRange,
  formatRange,
  intersectRanges,
  noVersion,
  rangeContains,
  rangeIsEmpty,
  rangeIsSubset,
  rangeOf,
  rangesEqual,
  uniteRanges,
  type VersionRange,
} from "./range.ts";
export { formatRequirement, parseRequirement, type Requirement } from "./requirement.ts";
export { parseSdistFilename, type SdistFilename, tryParseSdistFilename } from "./sdist-filename.ts";
export {
  formatSpecifier,
  formatSpecifiers,
  namesPrerelease,
  parseSpecifiers,
  type Specifier,
  type SpecifierOperator,
  type Specifiers,
  specifiersContain,
  tryParseSpecifiers,
} from "./specifier.ts";
export { specifiersToRange, specifierToRange } from "./specifier-range.ts";
export { compatibleTags, indexTags, type PlatformTarget, type TagTarget, wheelRank } from "./tags.ts";
export {
  compareVersions,
  formatVersion,
  isPrerelease,
  parseVersion,
  tryParseVersion,
  type Version,
  versionKey,
} from "./version.ts";
export { isPrereleaseKey } from "./version-key.ts";
export { textOfKey } from "./version-key-text.ts";
export {
  type BuildTag,
  compareBuildTags,
  parseWheelFilename,
  tryParseWheelFilename,
  type WheelFilename,
} from "./wheel-filename.ts";
