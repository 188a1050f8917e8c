/** Names that somebody who wrote a name that does not exist may have meant. */
import { normalizeName } from "../versions/name.ts";

const shownMax = 3;

/** Known names within a small number of typing mistakes, nearest first. */
export function nearNames(name: string, known: Iterable<string>): string[] {
  const allowed = name.length <= 4 ? 1 : 2;
  const found: { name: string; distance: number }[] = [];
  for (const candidate of new Set(known)) {
    if (candidate === name || Math.abs(candidate.length - name.length) > allowed) continue;
    const distance = editDistance(name, candidate);
    if (distance <= allowed) found.push({ name: candidate, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return found.slice(0, shownMax).map((one) => one.name);
}

/** Well-known slips whose project has another name; asked of the index before they are shown. */
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

const spellingsMax = 8;

/** A few other spellings worth asking the index for; at most eight. */
export function otherSpellings(name: string): string[] {
  const spellings = new Set<string>();
  const known = importNames[name];
  if (known !== undefined) spellings.add(known);
  spellings.add(name.replaceAll("-", ""));
  if (name.endsWith("s")) spellings.add(name.slice(0, -1));
  else spellings.add(`${name}s`);
  spellings.add(name.startsWith("python-") ? name.slice(7) : `python-${name}`);
  spellings.add(name.startsWith("py") ? name.slice(2) : `py${name}`);
  for (const match of name.matchAll(/([a-z])\1/g))
    spellings.add(name.slice(0, match.index) + name.slice(match.index + 1));
  for (let i = 0; i + 1 < name.length && spellings.size < spellingsMax + 1; i++) {
    spellings.add(name.slice(0, i) + name.charAt(i + 1) + name.charAt(i) + name.slice(i + 2));
  }
  spellings.delete(name);
  return [...spellings].filter((text) => text !== "" && normalizeName(text) === text).slice(0, spellingsMax);
}

/** Optimal string alignment: insertions, deletions, replacements, and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a.charAt(i - 1) === b.charAt(j - 1) ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      const isSwap = i > 1 && j > 1 && a.charAt(i - 1) === b.charAt(j - 2) && a.charAt(i - 2) === b.charAt(j - 1);
      if (isSwap) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
