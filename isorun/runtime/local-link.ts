/** An import that is served by an export of another instance. */

import type { RuntimeResource } from "../call/handle-table.ts";
import type { InstanceState } from "../call/task.ts";
import { LinkError } from "../errors/errors.ts";
import { ComponentInstance } from "../instantiate/component-instance.ts";
import type { Item } from "../instantiate/runtime-scope.ts";
import type { ExternType, InstanceType, Resource } from "../types/component-types.ts";
import { resourcesIn } from "../types/named-resources.ts";
import { Substitution } from "../types/substitute.ts";
import { externMismatch } from "../types/subtype.ts";
import { isCompatible } from "./compatible-name.ts";
import type { ImportTypes } from "./import-types.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { clipped, LinkProblems, type Pair, placeText } from "./link-problems.ts";
import type { LocalLink } from "./link-resources.ts";

interface LocalImport {
  readonly name: string;
  readonly item: Item;
  /** As the component asks for it. */
  readonly type: ExternType;
  readonly types: ImportTypes;
}

const giver = "the instance linked for it has";

/** Undefined if it does not fit, of which each function tells. */
export function localItem({ name, item, type, types }: LocalImport, problems: LinkProblems): Item | undefined {
  const wanted = types.wanted(type);
  const given = types.given(name);
  if (given === undefined) throw new Error(`what is linked for '${name}' has no type`);
  const mismatch = externMismatch(given, wanted);
  if (mismatch === undefined) return item;
  const before = problems.all.length;
  if (wanted.kind === "instance" && given.kind === "instance") {
    new Mismatches(types, problems).addAll(name, { wanted, given });
  } else if (wanted.kind === given.kind) {
    new Mismatches(types, problems).add([name], { wanted, given });
  }
  // What no single item says, or what is something else altogether.
  if (problems.all.length === before) {
    problems.add([name], "mismatch", `the instance linked for it does not fit: ${mismatch}`);
  }
  return undefined;
}

interface Interfaces {
  readonly wanted: InstanceType;
  readonly given: InstanceType;
}

type Differing = readonly [wanted: Resource, given: Resource];

/** Each walks types, which a component may have many of, and large ones. */
const explainedMax = 20;

/** Of one import. */
class Mismatches {
  readonly #types: ImportTypes;
  readonly #problems: LinkProblems;
  /** Resources that have turned out to be others: what differs in nothing else is told with the first of them. */
  readonly #told = new Substitution();
  #tried = 0;

  constructor(types: ImportTypes, problems: LinkProblems) {
    this.#types = types;
    this.#problems = problems;
  }

  addAll(name: string, { wanted, given }: Interfaces): void {
    for (const [inner, type] of wanted.exports) {
      const found = given.exports.get(inner);
      const path = [name, inner];
      if (found === undefined) this.#problems.addMissing(path, type, { isInterfaceGiven: true });
      else this.add(path, { wanted: type, given: found, wantedIn: wanted.exports, givenIn: given.exports });
    }
  }

  add(path: readonly string[], pair: Omit<Pair, "giver" | "mismatch">): void {
    const mismatch = externMismatch(pair.given, this.#told.extern(pair.wanted));
    if (mismatch === undefined) return;
    const other = this.#otherResource(pair);
    if (other === undefined) this.#problems.addMismatch(path, { ...pair, giver, mismatch });
    else this.#problems.add(path, "mismatch", other);
  }

  /** Undefined if it is not that alone which differs. */
  #otherResource({ wanted, given }: Pick<Pair, "wanted" | "given">): string | undefined {
    this.#tried += 1;
    if (this.#tried > explainedMax) return undefined;
    const differing = differingResources(wanted, given);
    const first = differing.find(([resource, other]) => this.#told.resource(resource) !== other);
    if (
      first === undefined ||
      externMismatch(given, among(new Substitution(), differing).extern(wanted)) !== undefined
    ) {
      return undefined;
    }
    among(this.#told, differing);
    const path = this.#types.pathOf(first[0]);
    const asked = path === undefined ? "one resource" : `the resource ${placeText(path)}`;
    const [origin, other] = first.map((resource) => originOf(this.#types.existing(resource)));
    const hint = origin === ofHost && other === ofHost ? oneOfHost : "";
    return `it ${wanted.kind === "type" ? "is" : "uses"} ${asked}${origin}, and ${giver} another one${other}${hint}`;
  }
}

const ofHost = " (of the host)";
const oneOfHost = "; who shares one is given what 'resource' of the first Linker answered with";

function originOf(resource: RuntimeResource | undefined): string {
  if (resource === undefined) return "";
  const { owner, values } = resource;
  if (owner instanceof ComponentInstance) return ` (defined by '${owner.root.name}')`;
  return values === undefined ? " (which nobody gave)" : ofHost;
}

/** In which the resources of each pair are the same. */
function among(substitution: Substitution, differing: readonly Differing[]): Substitution {
  for (const [wanted, given] of differing) substitution.set(wanted, given);
  return substitution;
}

/** Those in the same places of both, if they have as many. */
function differingResources(wanted: ExternType, given: ExternType): readonly Differing[] {
  const [asked, found] = [resourcesIn(wanted), resourcesIn(given)];
  if (asked.length !== found.length) return [];
  return asked.flatMap((resource, index) => {
    const other = found[index];
    return other === undefined || other === resource ? [] : [[resource, other] as const];
  });
}

/** Why an instance serves no import of this name: it has ended, or has other exports. */
export function notExported(name: string, { state, exports }: Pick<InstanceHandle, "state" | "exports">): LinkError {
  const problems = new LinkProblems();
  if (state !== "ready") addEnded(name, state, problems);
  else {
    const known = Object.keys(exports).map((each) => `'${each}'`);
    const list = known.length === 0 ? "it exports nothing" : `its exports are ${known.join(", ")}`;
    const what = name.includes("@") ? "it, or a version compatible with it" : "it";
    problems.add([name], "missing", clipped(`the instance linked for it does not export ${what}; ${list}`));
  }
  return new LinkError(problems.all);
}

/** Those that have ended since they were linked: their functions would only trap whoever calls them. */
export function addAllEnded(locals: ReadonlyMap<string, LocalLink>, problems: LinkProblems): void {
  for (const [name, { provider }] of locals) {
    const { state } = provider;
    if (state !== "ready") addEnded(name, state, problems);
  }
}

function addEnded(name: string, state: InstanceState, problems: LinkProblems): void {
  problems.add([name], "refused", `the instance linked for it has ended: it is ${state}`);
}

interface Unasked<T> {
  readonly locals: ReadonlyMap<string, T>;
  /** Those of them that serve no import. */
  readonly idle: ReadonlySet<T>;
  readonly imports: ReadonlyMap<string, ExternType>;
}

/** What serves no import: none has its name, or a compatible version, or another link goes before it there. */
export function addUnasked<T>({ locals, idle, imports }: Unasked<T>, problems: LinkProblems): void {
  const known = [...imports].flatMap(([name, { kind }]) => (kind === "type" ? [] : [`'${name}'`]));
  const list = known.length === 0 ? "; it imports nothing" : `; its imports are ${known.join(", ")}`;
  const serving = [...locals].flatMap(([name, local]) => (idle.has(local) ? [] : [name]));
  for (const [name, local] of locals) {
    if (!idle.has(local)) continue;
    const other = serving.find((each) => isCompatible(name, each));
    const why = other === undefined ? list : `, and what it could serve is served by '${other}', which is linked too`;
    problems.add([name], "not-imported", clipped(`the component does not import it${why}`));
  }
}
