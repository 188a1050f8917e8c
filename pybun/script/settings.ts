/**
 * Settings of a script: the `[tool.*]` tables of its metadata block.
 *
 * `[tool.pybun]` is ours. `[tool.uv]` is read where a key means the same there, so that scripts written for uv get the
 * same packages; where both set a thing, ours wins. Keys that nobody knows are told as warnings, because a misspelt
 * `exclude-newer` would otherwise change results in silence. Policy (`capabilities`, `budget`) in `[tool.vivarium]` is
 * refused as long as nothing enforces it: silence never means "allowed".
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import { tryParseMoment } from "../versions/moment.ts";
import { parseNameList } from "../versions/name-list.ts";
import type { scriptDiagnostics } from "./diagnostics.ts";
import {
  choiceAt,
  dotted,
  type FieldPlace,
  fieldProblem,
  flagAt,
  listOfTables,
  listOfTexts,
  spanOfKey,
  tableAt,
  textAt,
} from "./fields.ts";

const problem = problemsOf<typeof scriptDiagnostics>();

export const prereleaseModes = ["allow", "disallow", "explicit", "if-necessary"] as const;
export const resolutionModes = ["highest", "lowest", "lowest-direct"] as const;

export interface ScriptSettings {
  readonly index?: readonly string[];
  readonly defaultIndex?: string;
  readonly noIndex?: boolean;
  readonly findLinks?: readonly string[];
  readonly prerelease?: (typeof prereleaseModes)[number];
  readonly resolution?: (typeof resolutionModes)[number];
  /** RFC 3339 time or date, as written. */
  readonly excludeNewer?: string;
  readonly constraints?: readonly string[];
  readonly noBinary?: readonly string[];
  readonly onlyBinary?: readonly string[];
  readonly noBuild?: boolean;
  /** Distributions to copy into the environment instead of linking them, or `:all:`. */
  readonly materialize?: readonly string[];
}

export const noSettings: ScriptSettings = {};

const ownKeys: ReadonlySet<string> = new Set([
  "index",
  "default-index",
  "no-index",
  "find-links",
  "prerelease",
  "resolution",
  "exclude-newer",
  "constraints",
  "no-binary",
  "only-binary",
  "no-build",
  "materialize",
]);

const uvKeys: ReadonlySet<string> = new Set([
  "sources", // See sources.ts.
  "index",
  "index-url",
  "extra-index-url",
  "no-index",
  "find-links",
  "prerelease",
  "resolution",
  "exclude-newer",
  "constraint-dependencies",
  "no-binary-package",
  "no-build-package",
  "no-build",
]);

/** `tool` is the block's `tool` table; tables of other tools are theirs. */
export function readSettings(tool: FieldPlace, report: Report): ScriptSettings {
  const named = (name: string, known: ReadonlySet<string>): FieldPlace => {
    const place = { ...tool, table: tableAt({ ...tool, path: "tool" }, name) ?? {}, path: `tool.${name}` };
    for (const key of Object.keys(place.table)) if (!known.has(key)) warnUnknown(place, key, report);
    return place;
  };
  refusePolicy(named("vivarium", new Set(["capabilities", "budget"])));
  return definedOnly({ ...uvSettings(named("uv", uvKeys)), ...ownSettings(named("pybun", ownKeys)) });
}

function warnUnknown(place: FieldPlace, key: string, report: Report): void {
  const spans = [spanOfKey(place, key)];
  report.warn(problem("W_SCRIPT_SETTING_UNKNOWN", { script: place.script, field: dotted(place, key) }, { spans }));
}

function refusePolicy(place: FieldPlace): void {
  for (const key of ["capabilities", "budget"]) {
    if (place.table[key] === undefined) continue;
    const params = { script: place.script, field: dotted(place, key) };
    throw problem("E_SCRIPT_POLICY", params, { spans: [spanOfKey(place, key)] });
  }
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

function ownSettings(place: FieldPlace): ScriptSettings {
  return definedOnly({
    index: listOfTexts(place, "index"),
    defaultIndex: textAt(place, "default-index"),
    noIndex: flagAt(place, "no-index"),
    findLinks: listOfTexts(place, "find-links"),
    prerelease: choiceAt(place, "prerelease", prereleaseModes),
    resolution: choiceAt(place, "resolution", resolutionModes),
    excludeNewer: timeAt(place),
    constraints: listOfTexts(place, "constraints"),
    noBinary: listOfTexts(place, "no-binary"),
    onlyBinary: listOfTexts(place, "only-binary"),
    noBuild: flagAt(place, "no-build"),
    materialize: materializeAt(place),
  });
}

function materializeAt(place: FieldPlace): readonly string[] | undefined {
  const values = listOfTexts(place, "materialize");
  if (values === undefined) return undefined;
  return parseNameList(values, () => fieldProblem(place, "materialize", "names of distributions, or `:all:`"));
}

function uvSettings(place: FieldPlace): ScriptSettings {
  const indexes = listOfTables(place, "index") ?? [];
  const isDefault = (index: FieldPlace): boolean => flagAt(index, "default") === true;
  const urlOf = (index: FieldPlace): string => {
    const url = textAt(index, "url");
    if (url === undefined) throw fieldProblem(place, "index", "an array of tables with a `url`");
    return url;
  };
  const further = [
    ...indexes.filter((index) => !isDefault(index)).map(urlOf),
    ...(listOfTexts(place, "extra-index-url") ?? []),
  ];
  const prerelease = choiceAt(place, "prerelease", [...prereleaseModes, "if-necessary-or-explicit"]);
  const main = indexes.find(isDefault);
  return definedOnly({
    index: further.length === 0 ? undefined : further,
    defaultIndex: main === undefined ? textAt(place, "index-url") : urlOf(main),
    noIndex: flagAt(place, "no-index"),
    findLinks: listOfTexts(place, "find-links"),
    prerelease: prerelease === "if-necessary-or-explicit" ? "if-necessary" : prerelease,
    resolution: choiceAt(place, "resolution", resolutionModes),
    excludeNewer: timeAt(place),
    constraints: listOfTexts(place, "constraint-dependencies"),
    noBinary: listOfTexts(place, "no-binary-package"),
    onlyBinary: listOfTexts(place, "no-build-package"),
    noBuild: flagAt(place, "no-build"),
  });
}

/** A TOML date or time, or the same as a string. */
function timeAt(place: FieldPlace): string | undefined {
  const value = place.table["exclude-newer"];
  if (value === undefined) return undefined;
  const text = value instanceof Date ? value.toISOString() : value;
  if (typeof text !== "string" || tryParseMoment(text) === undefined) {
    throw fieldProblem(
      place,
      "exclude-newer",
      "a date such as 2026-01-31, a time such as 2026-01-31T12:00:00Z, or a span such as `7 days`",
    );
  }
  return text;
}

/** Drops keys whose value is undefined, so that an unset key never hides one that another table set. */
function definedOnly(settings: Loose<ScriptSettings>): ScriptSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
