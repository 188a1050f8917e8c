/** What `env create` was given, as words that mean the same from any directory and hold no secrets: for the record. */
import { resolve, sep } from "node:path";
import type { OptionShape, OptionValues } from "@vivarium/cli/command";
import { redactAddress } from "@vivarium/core/redact";
import { placeOfRequest } from "../interpreter/request.ts";
import type { Requirement } from "../versions/requirement.ts";
import { requirementText } from "../versions/requirement-text.ts";
import { envWishOptions } from "./env-options.ts";

type WishOptions = OptionValues<typeof envWishOptions>;

export interface GivenWish {
  readonly options: WishOptions;
  /** Those of the command line only. */
  readonly requirements: readonly Requirement[];
  readonly cwd: string;
  /** The path of the interpreter that was found. */
  readonly python: string;
}

export function recordedArguments({ options, requirements, cwd, python }: GivenWish): readonly string[] {
  const shapes: readonly (readonly [string, OptionShape])[] = Object.entries(envWishOptions);
  const values: Readonly<Record<string, string | boolean | readonly string[] | undefined>> = options;
  const flags = shapes.flatMap(([name]) => {
    const value = values[name];
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    return [value].flat().flatMap((text) => [`--${name}`, shown(name, anywhere(name, { text, cwd, python }))]);
  });
  return [...requirements.map(requirementText), ...flags];
}

/** Values of the others are names, times and versions. */
const shown = (name: string, text: string): string => (Object.hasOwn(pathOptions, name) ? redactAddress(text) : text);

/** Options whose values are paths or addresses, and when they are paths. */
const pathOptions: Readonly<Record<string, RegExp>> = {
  requirement: /^(?!-$)(?![a-z][a-z0-9+.-]+:)/i,
  constraint: /^(?!-$)(?![a-z][a-z0-9+.-]+:)/i,
  "find-links": /^(?![a-z][a-z0-9+.-]+:)/i,
  "default-index": /^(?![a-z][a-z0-9+.-]+:)/i,
  index: /^(?![a-z][a-z0-9+.-]+:)/i,
};

function anywhere(name: string, { text, cwd, python }: Word & { readonly python: string }): string {
  if (name === "python") return isPlaceOf(python, { text, cwd }) ? resolve(cwd, text) : text;
  // An index may have a name in front of its place.
  const [, label = "", place = text] = (name === "index" ? /^([A-Za-z0-9][\w.-]*=)(.+)$/.exec(text) : null) ?? [];
  return pathOptions[name]?.test(place) === true ? `${label}${resolve(cwd, place)}` : text;
}

interface Word {
  readonly text: string;
  readonly cwd: string;
}

/** A name may as well be one of a program on PATH; a path may be one of a shim, which the interpreter is not at. */
function isPlaceOf(python: string, { text, cwd }: Word): boolean {
  if (/[\\/]/.test(text)) return true;
  const place = placeOfRequest(text, cwd);
  return place !== undefined && (python === place || python.startsWith(`${place}${sep}`));
}
