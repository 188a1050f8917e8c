/** An import that is served by an export of another instance. */
import { LinkError } from "../errors/errors.ts";
import type { Item } from "../instantiate/runtime-scope.ts";
import type { ExternType, InstanceType } from "../types/component-types.ts";
import { externMismatch } from "../types/subtype.ts";
import { compatibleLookup } from "./compatible-name.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { clipped, LinkProblems } from "./link-problems.ts";

export interface LocalLink {
  readonly item: Item;
  readonly type: ExternType;
}

export interface LocalImport {
  readonly name: string;
  /** With the resources of what was linked in the place of its own. */
  readonly type: ExternType;
  readonly local: LocalLink;
}

const giver = "the instance linked for it has";

/** Undefined if it does not fit, of which each function tells. */
export function localItem({ name, type, local }: LocalImport, problems: LinkProblems): Item | undefined {
  const mismatch = externMismatch(local.type, type);
  if (mismatch === undefined) return local.item;
  const before = problems.all.length;
  if (type.kind === "instance" && local.type.kind === "instance") {
    addMismatches(name, { wanted: type, given: local.type }, problems);
  } else if (type.kind === local.type.kind) {
    problems.addMismatch([name], { wanted: type, given: local.type, giver, mismatch });
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

function addMismatches(name: string, { wanted, given }: Interfaces, problems: LinkProblems): void {
  for (const [inner, type] of wanted.exports) {
    const found = given.exports.get(inner);
    const path = [name, inner];
    if (found === undefined) {
      problems.addMissing(path, type, { isInterfaceGiven: true });
      continue;
    }
    const mismatch = externMismatch(found, type);
    if (mismatch === undefined) continue;
    const pair = { wanted: type, given: found, wantedIn: wanted.exports, givenIn: given.exports };
    problems.addMismatch(path, { ...pair, giver, mismatch });
  }
}

/** Why an instance serves no import of this name: it has ended, or has other exports. */
export function notExported(name: string, { state, exports }: Pick<InstanceHandle, "state" | "exports">): LinkError {
  const problems = new LinkProblems();
  if (state !== "ready") {
    problems.add([name], "refused", `the instance linked for it has ended: it is ${state}`);
  } else {
    const known = Object.keys(exports).map((each) => `'${each}'`);
    const list = known.length === 0 ? "it exports nothing" : `its exports are ${known.join(", ")}`;
    const what = name.includes("@") ? "it, or a version compatible with it" : "it";
    problems.add([name], "missing", clipped(`the instance linked for it does not export ${what}; ${list}`));
  }
  return new LinkError(problems.all);
}

/** What was linked for names that no import has, or only one of a version that is not compatible. */
export function addUnasked(
  names: Iterable<string>,
  imports: ReadonlyMap<string, ExternType>,
  problems: LinkProblems,
): void {
  const importOf = compatibleLookup(imports);
  const known = [...imports].flatMap(([name, { kind }]) => (kind === "type" ? [] : [`'${name}'`]));
  const list = known.length === 0 ? "it imports nothing" : `its imports are ${known.join(", ")}`;
  for (const name of names) {
    if (importOf(name) !== undefined) continue;
    problems.add([name], "not-imported", clipped(`the component does not import it; ${list}`));
  }
}
