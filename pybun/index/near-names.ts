/**
 * Names that somebody who wrote a name that does not exist may have meant. What is guessed here is a candidate only: a
 * name that no cache knows is shown after an index has confirmed it, where one may be asked (`pages.ts`), and names that somebody registered
 * to be mistaken for a popular one stay behind the popular one.
 */
import { editDistance } from "@vivarium/core/nearest";
import { normalizeName } from "../versions/name.ts";
import { popularNames } from "./popular-names.ts";

/** No more are shown. */
export const nearNamesMax = 3;

/** Well-known slips whose project has another name. */
const importNames: Readonly<Record<string, string>> = {
  bs4: "beautifulsoup4",
  cv2: "opencv-python",
  dateutil: "python-dateutil",
  dotenv: "python-dotenv",
  jwt: "pyjwt",
  pil: "pillow",
  serial: "pyserial",
  skimage: "scikit-image",
  sklearn: "scikit-learn",
  yaml: "pyyaml",
};

interface Ranked {
  readonly name: string;
  readonly rank: readonly [distance: number, popularity: number];
}

/**
 * Of the known and the popular names those within two slips (one for a short name), the nearest first, and of equally
 * near ones the more popular; hyphens do not count. The project of an import name (`yaml`) goes ahead of all.
 */
export function nearNames(name: string, known: Iterable<string>): string[] {
  const allowed = name.length <= 4 ? 1 : 2;
  const wanted = bare(name);
  const popularity = new Map(popularNames.map((popular, place) => [popular, place]));
  const found: Ranked[] = [];
  for (const candidate of new Set([...popularNames, ...known])) {
    const text = bare(candidate);
    if (candidate === name || Math.abs(text.length - wanted.length) > allowed) continue;
    const distance = editDistance(wanted, text);
    const rank = [distance, popularity.get(candidate) ?? popularNames.length] as const;
    if (distance <= allowed) found.push({ name: candidate, rank });
  }
  found.sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || (a.name < b.name ? -1 : 1));
  const own = importNames[name];
  return [...new Set([...(own === undefined ? [] : [own]), ...found.map((one) => one.name)])];
}

const bare = (name: string): string => name.replaceAll("-", "");

const spellingsMax = 8;

/** A few other spellings worth asking an index for; at most eight. */
export function otherSpellings(name: string): string[] {
  const spellings = new Set<string>();
  spellings.add(bare(name));
  spellings.add(name.startsWith("python-") ? name.slice(7) : `python-${name}`);
  spellings.add(name.endsWith("s") ? name.slice(0, -1) : `${name}s`);
  spellings.add(name.startsWith("py") ? name.slice(2) : `py${name}`);
  for (const match of name.matchAll(/([a-z])\1/g)) {
    spellings.add(name.slice(0, match.index) + name.slice(match.index + 1));
  }
  for (let i = 0; i + 1 < name.length && spellings.size < spellingsMax + 1; i++) {
    spellings.add(name.slice(0, i) + name.charAt(i + 1) + name.charAt(i) + name.slice(i + 2));
  }
  spellings.delete(name);
  return [...spellings].filter((text) => text !== "" && normalizeName(text) === text).slice(0, spellingsMax);
}
