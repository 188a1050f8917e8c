/** What does not fit, in words: which import, which function of it, and both types as WIT writes them. */
import type { LinkProblem } from "../errors/errors.ts";
import type { AnyType, ExternType, FuncType, Resource, ValueType } from "../types/component-types.ts";
import { partsOf } from "../types/value-type.ts";
import { formatExternType, formatFuncType } from "../types/wit.ts";
import { providerOf } from "./provider.ts";

/** What is asked for and what was given, each among what stands beside it, where its resources have their names. */
export interface Pair {
  readonly wanted: ExternType;
  readonly given: ExternType;
  readonly wantedIn?: ReadonlyMap<string, ExternType> | undefined;
  readonly givenIn?: ReadonlyMap<string, ExternType> | undefined;
  /** By whom, as the message says it. */
  readonly giver: string;
  /** What differs, if both texts are the same, or of core modules, whose texts are long. */
  readonly mismatch: string;
}

type Place = readonly string[];
type Kind = LinkProblem["kind"];

export class LinkProblems {
  readonly all: LinkProblem[] = [];
  /** By the names of imports. */
  readonly #providers = new Map<string, string | undefined>();

  /** @param path the import, then the names in it */
  add(path: Place, kind: Kind, detail: string): void {
    this.#push(path, { kind, detail });
  }

  /** Nothing was given for it. */
  addMissing(path: Place, type: ExternType, { isInterfaceGiven, unasked = [] }: Around): void {
    const isResource = type.kind === "type" && type.type.kind === "resource";
    const wanted = isResource ? "a resource" : clipped(formatExternType(type, { letters: textMax }));
    const provider = isInterfaceGiven ? undefined : this.#providerOf(path[0] ?? "");
    const meant = unasked.length === 0 ? "" : `; it does not import ${unasked.map(quoted).join(", ")}, which was given`;
    const hint = provider === undefined ? meant : `; ${provider} would provide it`;
    const nothing = isInterfaceGiven ? "what was given for its interface has no such item" : "nothing was given for it";
    const detail = isInterfaceGiven ? `${nothing}; it is ${wanted}${meant}` : `${nothing}, which is ${wanted}${hint}`;
    this.#push(path, { kind: "missing", detail, wanted, provider });
  }

  #providerOf(name: string): string | undefined {
    if (!this.#providers.has(name)) this.#providers.set(name, providerOf(name));
    return this.#providers.get(name);
  }

  addMismatch(path: Place, { wanted, given, wantedIn, givenIn, giver, mismatch }: Pair): void {
    const [asked, found] = textsOf([wanted, wantedIn], [given, givenIn]);
    // Of a core module's imports and exports it names the one.
    const why = asked === found || wanted.kind === "core module" ? `: ${mismatch}` : "";
    const detail = `it is \`${clipped(asked)}\`, and ${giver} \`${clipped(found)}\`${why}`;
    this.#push(path, { kind: "mismatch", detail, wanted: clipped(asked), given: clipped(found) });
  }

  #push(path: Place, { kind, detail, ...more }: Problem): void {
    const [name = "", ...rest] = path;
    const func = rest.join(".");
    const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
    const part = func === "" ? {} : { func };
    this.all.push({
      kind,
      import: name,
      ...part,
      ...given,
      message: `cannot link ${placeText(path)}: ${clippedTo(detailMax, detail)}`,
    });
  }
}

/** What was given around something that is missing. */
interface Around {
  /** Whether its interface was given. */
  readonly isInterfaceGiven: boolean;
  /** Names like it that something was given for, and that nothing asks for. */
  readonly unasked?: readonly string[];
}

const quoted = (name: string): string => `'${name}'`;

interface Problem {
  readonly kind: Kind;
  readonly detail: string;
  readonly provider?: string | undefined;
  readonly wanted?: string;
  readonly given?: string;
}

/** Types may be as long as a component is, and so may names. */
const textMax = 600;
const nameMax = 200;
/** Two types, and what is said of them. */
const detailMax = 3 * textMax;

const clippedTo = (max: number, text: string): string => (text.length <= max ? text : `${text.slice(0, max)}…`);
export const clipped = (text: string): string => clippedTo(textMax, text);
const shown = (name: string): string => quoted(clippedTo(nameMax, name));

/** @param path the import, then the names in it */
export function placeText([name = "", ...rest]: Place): string {
  const inner = rest.join(".");
  return inner === "" ? shown(name) : `${shown(inner)} of ${shown(name)}`;
}

type Beside = readonly [type: ExternType, beside: ReadonlyMap<string, ExternType> | undefined];

/** Types by their names; what has the same names in both is written out, since there is where it differs. */
function textsOf(one: Beside, other: Beside): readonly [string, string] {
  const [first, second] = [formatExternType(one[0]), formatExternType(other[0])];
  return first === second ? [writtenOut(one), writtenOut(other)] : [first, second];
}

const writtenOut = ([type, beside]: Beside): string =>
  type.kind === "func" ? formatFuncType(type, resourceNames(type, beside)) : formatExternType(type);

/** Handles name an object of their own for their resource, which is known by what it stands for. */
export function resourceNames(
  { params, result }: FuncType,
  beside: ReadonlyMap<string, ExternType> = new Map(),
): ReadonlyMap<AnyType, string> {
  const known = new Map<Resource, string>();
  for (const [name, { kind, ...item }] of beside) {
    if (kind === "type" && "type" in item && item.type.kind === "resource") known.set(item.type.resource, name);
  }
  const names = new Map<AnyType, string>();
  const visit = (type: ValueType): void => {
    if (!type.hasResource) return;
    if (type.kind !== "own" && type.kind !== "borrow") return partsOf(type).forEach(visit);
    const name = known.get(type.resource.resource);
    if (name !== undefined) names.set(type.resource, name);
  };
  for (const type of [...params.map((param) => param.type), result]) if (type !== undefined) visit(type);
  return names;
}
