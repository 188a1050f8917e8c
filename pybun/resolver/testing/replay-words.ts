/**
 * Replays an explanation by its words alone, as a reader would: each sentence has to follow from what it says "because"
 * of, from the sentence before it ("and because"), and from the sentences that it refers to by number.
 *
 * In: the text, and which versions exist. Out: the sentences that do not follow, and how many were tried. A sentence is
 * read back into sets of versions and refuted by trying every combination of versions of the packages that it names.
 * Versions that do not exist are tried too, but for packages of which the sentence tells what is selected: only a
 * release can be. Two needs that meet only where nothing exists do not look like a contradiction to a reader.
 *
 * A sentence that says that it leaves something out proves nothing by its words, and is passed over.
 */
import { rangeContains, uniteRanges, type VersionRange } from "../../versions/range.ts";
import { parseSpecifiers } from "../../versions/specifier.ts";
import { specifiersToRange } from "../../versions/specifier-range.ts";
import { parseVersion } from "../../versions/version.ts";

/** Versions by project. */
type Wishes = ReadonlyMap<string, VersionRange>;

/** Where all of `selected` are selected, one of `needed` is: a contradiction where nothing is needed. */
interface Clause {
  readonly selected: Wishes;
  readonly needed: Wishes;
}

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
  let tried = 0;
  let before: string | undefined;
  for (const line of text.split("\n")) {
    const { isContinued, reasons, conclusion, number } = sentenceOf(line);
    for (const [, told = "", at = ""] of reasons.matchAll(/([^()]*) \((\d+)\)/g)) {
      if (!told.endsWith(numbered.get(at) ?? "?")) flawed.push(`${line} [${at} says otherwise]`);
    }
    const premises = isContinued ? `${before ?? ""}, ${reasons}` : reasons;
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
  while (from > 1 && WISHES.test(parts[from - 1] ?? "")) from--;
  return {
    isContinued: line.startsWith("And"),
    reasons: parts.slice(0, from).join(", "),
    conclusion: parts.slice(from).join(", "),
    number: found.groups["number"],
  };
}

const WISHES = /^[a-e](?:[=<>!][\d.=<>!,*dev]*)?(?: or [a-e](?:[=<>!][\d.=<>!,*dev]*)?)*$/;

function clausesOf(text: string): Clause[] {
  const clauses: Clause[] = [];
  let pending: string[] = [];
  for (const part of text.replaceAll(/ \([^)]*\)/g, "").split(/, | and /)) {
    if (WISHES.test(part)) pending.push(part);
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
  const absent = /^(?:there is no version of|no index has a project named) '?(.*?)'?$/.exec(text);
  if (absent !== null) return clause([absent[1] ?? ""], "");
  const need = /^(.*) (?:requires|needs) (.*)$/.exec(text);
  if (need !== null) return clause((need[1] ?? "").split(" with "), need[2] ?? "");
  const unusable = /^(.*?) cannot be used(?: together| with your requirements)?$/.exec(text);
  if (unusable !== null) return clause([...beside, unusable[1] ?? ""], "");
  throw new TypeError(`no clause of a proof: ${text}`);
}

function wishesOf(text: string): Wishes {
  const wishes = new Map<string, VersionRange>();
  for (const one of text === "" ? [] : text.split(" or ")) {
    if (!WISHES.test(one)) throw new TypeError(`no versions of a project: ${one}`);
    const name = one.slice(0, 1);
    wishes.set(name, uniteRanges(wishes.get(name) ?? [], specifiersToRange(parseSpecifiers(one.slice(1)))));
  }
  return wishes;
}

const points = ["0.5", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5", "5.5"].map((text) => ({
  text,
  key: parseVersion(text).key,
}));

type Point = (typeof points)[number];
type Assignment = ReadonlyMap<string, Point | undefined>;

/** Is there an assignment of versions under which the premises hold and the claim does not? */
function isRefuted(premises: readonly Clause[], claim: Clause, existing: ExistingVersions): boolean {
  const names = new Set([...premises, claim].flatMap(({ selected, needed }) => [...selected.keys(), ...needed.keys()]));
  // Of these the sentence tells what is selected, and that is a release which exists.
  const released = new Set([...premises, claim].flatMap(({ selected }) => [...selected.keys()]));
  const choices = (name: string): readonly (Point | undefined)[] => [
    undefined,
    ...points.filter(({ text }) => !released.has(name) || existing[name]?.includes(text) === true),
  ];
  const search = (open: readonly string[], chosen: Assignment): boolean => {
    const [name, ...rest] = open;
    if (name === undefined) return !holds(claim, chosen) && premises.every((premise) => holds(premise, chosen));
    return choices(name).some((point) => search(rest, new Map([...chosen, [name, point]])));
  };
  return search([...names], new Map());
}

function holds({ selected, needed }: Clause, chosen: Assignment): boolean {
  const isIn = ([name, range]: readonly [string, VersionRange]): boolean => {
    const point = chosen.get(name);
    return point !== undefined && rangeContains(range, point.key);
  };
  return ![...selected].every(isIn) || [...needed].some(isIn);
}
