/** What `env create` was given, as words that mean the same from any directory and hold no secrets: for the record. */
import { resolve } from "node:path";
import type { OptionShape, OptionValues } from "@vivarium/cli/command";
import { redact } from "@vivarium/core/redact";
import { requirementText } from "../install/environment-setting.ts";
import type { Requirement } from "../versions/requirement.ts";
import { envWishOptions } from "./env-options.ts";

type WishOptions = OptionValues<typeof envWishOptions>;

export interface GivenWish {
  readonly options: WishOptions;
  /** Those of the command line only. */
  readonly requirements: readonly Requirement[];
  readonly cwd: string;
}

export function recordedArguments({ options, requirements, cwd }: GivenWish): readonly string[] {
  const shapes: readonly (readonly [string, OptionShape])[] = Object.entries(envWishOptions);
  const values: Readonly<Record<string, string | boolean | readonly string[] | undefined>> = options;
  const flags = shapes.flatMap(([name]) => {
    const value = values[name];
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    return [value].flat().flatMap((text) => [`--${name}`, anywhere(name, { text, cwd })]);
  });
  return [...requirements.map(requirementText), ...flags.map(redact)];
}

/** Options whose values may be paths, and when they are. */
const pathOptions: Readonly<Record<string, RegExp>> = {
  requirement: /^(?!-$)(?!\w+:\/\/)/,
  constraint: /^(?!-$)(?!\w+:\/\/)/,
  python: /[\\/]/,
  "find-links": /^(?!\w+:\/\/)/,
  "default-index": /^(?!\w+:\/\/)/,
  index: /^(?!\w+:\/\/)/,
};

function anywhere(name: string, { text, cwd }: { text: string; cwd: string }): string {
  // An index may have a name in front of its place.
  const [, label = "", place = text] = (name === "index" ? /^([A-Za-z0-9][\w.-]*=)(.+)$/.exec(text) : null) ?? [];
  return pathOptions[name]?.test(place) === true ? `${label}${resolve(cwd, place)}` : text;
}
