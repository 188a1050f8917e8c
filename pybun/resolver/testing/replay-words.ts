/**
 * Replays an explanation by its words alone, as a reader would: each sentence has to follow from what it says "because"
 * of, from the sentence before it ("and because"), and from the sentences that it refers to by number.
 *
 * In: the text, and which versions exist. Out: the sentences that do not follow, and how many were tried. A sentence is
 * read back into sets of versions and refuted by trying every combination of versions of the packages that it names.
 * Versions that do not exist are tried too, but for packages of which the sentence tells what is selected: only a
 * release can be. Two needs that meet only where nothing exists do not look like a contradiction to a reader.
 *
 * An extra is a package of its own, `a[x]`, and Python is one that is always there.
 *
 * A sentence that says that it leaves something out proves nothing by its words, and is passed over.
 */
import {
  complementRange,
  intersectRanges,
  rangeContains,
  uniteRanges,
  type VersionRange,
} from "../../versions/range.ts";
import { parseSpecifiers } from "../../versions/specifier.ts";
import { specifiersToRange } from "../../versions/specifier-range.ts";
import { parseVersion } from "../../versions/version.ts";

/** Versions by project. */
type Wishes = ReadonlyMap<string, VersionRange>;

/**
 * Where all of `selected` are selected, one of `needed` is: a contradiction where nothing is needed. Or: where the first
 * of two packages is selected, the second is, at the same version.
 */
type Clause =
  | { readonly selected: Wishes; readonly needed: Wishes }
  | { readonly sameVersion: readonly [proxy: string, project: string] };

/** Existing versions by project, whole numbers from 1 to 4. */
export type ExistingVersions = Readonly<Record<string, readonly string[]>>;

export interface WordsReplay {
  readonly tried: number;
  readonly flawed: readonly string[];
}

/** Tries every sentence. Throws for one that cannot be read. */
export function replayWords(text: string, existing: ExistingVersions): WordsReplay {
  const numbered = new Map<string, string>();
  const flawed: string[] = [];
  const told = new Set<string>();
  let tried = 0;
  let before: string | undefined;
  for (const line of text.split("\n")) {
    const { isContinued, reasons, conclusion, number } = sentenceOf(line);
    for (const [, said = "", at = ""] of reasons.matchAll(/([^()]*) \((\d+)\)/g)) {
      if (!said.endsWith(numbered.get(at) ?? "?")) flawed.push(`${line} [${at} says otherwise]`);
    }
    const premises = isContinued ? `${before ?? ""}, ${reasons}` : reasons;
    if (told.has(conclusion)) flawed.push(`${line} [said before]`);
    told.add(conclusion);
    before = conclusion;
    if (number !== undefined && numbered.has(number)) flawed.push(`${line} [number ${number} is taken]`);
    if (number !== undefined) numbered.set(number, conclusion);
    if (/like these|certain versions/.test(premises + conclusion)) continue;
    tried++;
    const [claim] = clausesOf(conclusion);
    if (claim === undefined || isRefuted(clausesOf(premises), claim, existing)) flawed.push(line);
  }
  return { tried, flawed };
}

function sentenceOf(line: string) {
  const found = /^(And b|B)ecause (?<told>.*)\.(?: \((?<number>\d+)\))?$/.exec(line);
  if (found?.groups === undefined) throw new TypeError(`no sentence of a proof: ${line}`);
  const parts = (found.groups["told"] ?? "").split(", ");
  // "a, b and c cannot be used together": what has no verb belongs to what follows.
  let from = parts.length - 1;
  while (from > 1 && wishesPattern.test(parts[from - 1] ?? "")) from--;
  return {
    isContinued: line.startsWith("And"),
    reasons: parts.slice(0, from).join(", "),
    conclusion: parts.slice(from).join(", "),
    number: found.groups["number"],
  };
}

const wish = String.raw`(?:Python|[a-e](?:\[[xy]\])?)(?:[=<>!][\d.=<>!,*dev]*)?`;
const wishesPattern = new RegExp(`^${wish}(?: or ${wish})*$`);

function clausesOf(text: string): Clause[] {
  const clauses: Clause[] = [];
  let pending: string[] = [];
  const meaning = text.replaceAll(/ \((the target is Python [\d.]+)\)/g, ", $1").replaceAll(/ \([^)]*\)/g, "");
  for (const part of meaning.split(/, | and /)) {
    if (wishesPattern.test(part)) pending.push(part);
    else {
      clauses.push(clauseOf(part, pending));
      pending = [];
    }
  }
  return clauses;
}

function clauseOf(text: string, beside: readonly string[]): Clause {
  const clause = (selected: readonly string[], needed: string): Clause => ({
    selected: new Map(selected.flatMap((one) => [...wishesOf(one)])),
    needed: wishesOf(needed),
  });
  if (text === "your requirements cannot be met") return clause([], "");
  const own = /^(?:you require|you need|there has to be) (.*)$/.exec(text);
  if (own !== null) return clause([], own[1] ?? "");
  const allowed = /^your constraints allow only (.*)$/.exec(text);
  if (allowed !== null) return { selected: complementsOf(wishesOf(allowed[1] ?? "")), needed: new Map() };
  const target = /^the target is (Python) ([\d.]+)$/.exec(text);
  if (target !== null) return clause([], `${target[1]}==${target[2]}`);
  const only = /^(.*) is the only version of (.*)$/.exec(text);
  if (only !== null) return { selected: without(wishesOf(only[2] ?? ""), wishesOf(only[1] ?? "")), needed: new Map() };
  const extra = /^(\S+) is (\S+) with an extra$/.exec(text);
  if (extra !== null) return { sameVersion: [extra[1] ?? "", extra[2] ?? ""] };
  const absent = /^(?:there is no version of|no index has a project named) '?(.*?)'?$/.exec(text);
  if (absent !== null) return clause([absent[1] ?? ""], "");
  const need = /^(.*) (?:requires|needs) (.*)$/.exec(text);
  if (need !== null) return clause((need[1] ?? "").split(" with "), need[2] ?? "");
  const unusable = /^(.*?) (?:was yanked|cannot be used(?: together| with your requirements)?)$/.exec(text);
  if (unusable !== null) return clause([...beside, unusable[1] ?? ""], "");
  throw new TypeError(`no clause of a proof: ${text}`);
}

function wishesOf(text: string): Wishes {
  const wishes = new Map<string, VersionRange>();
  for (const one of text === "" ? [] : text.split(" or ")) {
    if (!wishesPattern.test(one)) throw new TypeError(`no versions of a project: ${one}`);
    const [, name = "", specifiers = ""] = /^([^=<>!]+)(.*)$/.exec(one) ?? [];
    wishes.set(name, uniteRanges(wishes.get(name) ?? [], specifiersToRange(parseSpecifiers(specifiers))));
  }
  return wishes;
}

const without = (all: Wishes, some: Wishes): Wishes =>
  new Map(Array.from(all, ([name, range]) => [name, intersectRanges(range, complementRange(some.get(name) ?? []))]));

const complementsOf = (wishes: Wishes): Wishes =>
  new Map(Array.from(wishes, ([name, range]) => [name, complementRange(range)]));

interface Point {
  readonly text: string;
  readonly key: string;
}

const pointsOf = (texts: string): readonly Point[] =>
  texts.split(" ").map((text) => ({ text, key: parseVersion(text).key }));
const points = pointsOf("0.5 1 1.5 2 2.5 3 3.5 4 4.5 5 5.5");
const pythons = pointsOf("3.6 3.7.0 3.8 3.9 3.10.1 3.11 3.12.0 3.13");
type Assignment = ReadonlyMap<string, Point | undefined>;

/** Is there an assignment of versions under which the premises hold and the claim does not? */
function isRefuted(premises: readonly Clause[], claim: Clause, existing: ExistingVersions): boolean {
  const said = [...premises, claim];
  const names = new Set(said.flatMap(namesIn));
  // Of these the sentence tells what is selected, and that is a release which exists.
  const released = new Set(said.flatMap((clause) => ("selected" in clause ? [...clause.selected.keys()] : [])));
  const choices = (name: string): readonly (Point | undefined)[] => {
    if (name === "Python") return pythons;
    const project = existing[name.slice(0, 1)];
    return [undefined, ...points.filter(({ text }) => !released.has(name) || project?.includes(text) === true)];
  };
  const search = (open: readonly string[], chosen: Assignment): boolean => {
    const [name, ...rest] = open;
    if (name === undefined) return !holds(claim, chosen) && premises.every((premise) => holds(premise, chosen));
    return choices(name).some((point) => search(rest, new Map([...chosen, [name, point]])));
  };
  return search([...names], new Map());
}

const namesIn = (clause: Clause): readonly string[] =>
  "sameVersion" in clause ? clause.sameVersion : [...clause.selected.keys(), ...clause.needed.keys()];

function holds(clause: Clause, chosen: Assignment): boolean {
  if ("sameVersion" in clause) {
    const [proxy, project] = clause.sameVersion.map((name) => chosen.get(name)?.key);
    return proxy === undefined || proxy === project;
  }
  const { selected, needed } = clause;
  const isIn = ([name, range]: readonly [string, VersionRange]): boolean => {
    const point = chosen.get(name);
    return point !== undefined && rangeContains(range, point.key);
  };
  return ![...selected].every(isIn) || [...needed].some(isIn);
}
