/** Whether wheels or source archives of a project may be used, as `--no-binary` and `--only-binary` say. */
import { normalizeName } from "../versions/name.ts";

/** Names, `:all:` (which stands for every name) or `:none:` (which forgets what was said before). */
export interface FileKinds {
  readonly noBinary: readonly string[];
  readonly onlyBinary: readonly string[];
}

/**
 * Sources of settings, the weakest first, as one: names add up, and what a stronger source says of a project replaces
 * what a weaker one says of the other kind of its files. Each list of the result is names, or `:all:` alone; names of
 * the one list go before `:all:` of the other.
 */
export function mergeFileKinds(sources: readonly FileKinds[]): FileKinds {
  let noBinary = new Set<string>();
  let onlyBinary = new Set<string>();
  for (const source of sources) {
    const wheels = new Set(namesOf(source.noBinary));
    const archives = new Set(namesOf(source.onlyBinary));
    noBinary = new Set(namesOf([...without(noBinary, archives), ...source.noBinary]));
    onlyBinary = new Set(namesOf([...without(onlyBinary, wheels), ...source.onlyBinary]));
  }
  return { noBinary: [...noBinary], onlyBinary: [...onlyBinary] };
}

const without = (said: ReadonlySet<string>, of: ReadonlySet<string>): readonly string[] =>
  of.has(all) ? [] : [...said].filter((name) => !of.has(name));

const all = ":all:";

function namesOf(values: readonly string[]): readonly string[] {
  let names = new Set<string>();
  for (const value of values.flatMap((text) => text.split(",")).map((text) => text.trim())) {
    if (value === all) names = new Set([all]);
    else if (value === ":none:") names = new Set();
    else if (value !== "" && !names.has(all)) names.add(normalizeName(value));
  }
  return [...names];
}

/** What the flags of a command say. */
export function fileKindsOfOptions(options: {
  readonly "no-binary": readonly string[];
  readonly "only-binary": readonly string[];
  readonly "no-build": boolean;
}): FileKinds {
  const onlyBinary = options["no-build"] ? [...options["only-binary"], ":all:"] : options["only-binary"];
  return { noBinary: options["no-binary"], onlyBinary };
}
