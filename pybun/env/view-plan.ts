/**
 * A view as data: which directories are real and what each link points at, from what wheels hold.
 *
 * In: wheels in any order. Out: a {@link ViewPlan}. Nothing here touches the disk; what a wheel holds below its top
 * level is asked of the wheel only where it matters.
 *
 * - A directory that one wheel owns is one link.
 * - A directory that several wheels share (namespace packages, `google/`, `tests/`) is real, and its children are
 *   planned the same way: it is expanded only as deep as it is shared.
 * - A wheel whose native libraries look for others outside their own top directory (`$ORIGIN/../../other`) has every
 *   directory above a native library made real. The dynamic loader expands `$ORIGIN` to the directory of the path by
 *   which the library was opened, without resolving links, and the kernel then resolves each `..` physically: through
 *   a directory link it would leave the view, from a real directory with a link for each file it does not.
 * - Bytecode of a module that lies in a real, shared directory is linked file by file, since several wheels' modules
 *   have their bytecode in one `__pycache__` there. The link may dangle until the store has compiled the module:
 *   Python takes that for "no bytecode".
 * - The RECORD of a wheel with `NAME.data/` lists files below it, where they are only in the archive: its `.dist-info`
 *   is real and has a RECORD of its own (installed-record.ts), so that every file that `importlib.metadata` names exists.
 * - A wheel that was asked for by URL has a real `.dist-info` too, with a `direct_url.json` (PEP 610) of the view's own.
 *
 * The order of names decides who wins where two wheels bring the same file, so that equal sets give equal views.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { envDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof envDiagnostics>();

export type EntryKind = "directory" | "file";

export interface Child {
  readonly name: string;
  readonly kind: EntryKind;
}

/** What planning needs to know of a wheel. Paths are relative to its tree, with `/`; the empty path is the tree. */
export interface WheelContents {
  /** `name-version`, for messages. */
  readonly label: string;
  readonly sha256: string;
  readonly childrenOf: (directory: string) => readonly Child[];
  /** Equal texts mean equal contents; asked only for files that two wheels bring. */
  readonly digestOf: (file: string) => string;
  /** Must this directory be real: has it, or a directory below it, a native library that escapes or a rewritten file? */
  readonly mustBeReal: (directory: string) => boolean;
  /** Files that the view gets written anew instead of a link: a RECORD, a `direct_url.json`. */
  readonly rewritten?: ReadonlySet<string>;
}

export interface ViewLink {
  /** Relative to the view, with `/`; also the path within the wheel's tree. */
  readonly path: string;
  readonly kind: EntryKind;
  /** Position in {@link ViewPlan.wheels}. */
  readonly wheel: number;
}

export interface ViewConflict {
  readonly path: string;
  readonly winner: string;
  readonly loser: string;
}

export interface ViewPlan {
  /** Hashes of the wheels, in the order of their labels. */
  readonly wheels: readonly string[];
  /** Real directories, each after its parent. The view itself is not listed. */
  readonly directories: readonly string[];
  readonly links: readonly ViewLink[];
  /** Files that are written anew: {@link WheelContents.rewritten}. */
  readonly rewritten: readonly ViewLink[];
  readonly conflicts: readonly ViewConflict[];
}

/** Plans the view of these wheels. `cacheTag` is the interpreter's. @throws E_ENV_PATH_CONFLICT */
export function planView(contents: readonly WheelContents[], { cacheTag }: { cacheTag: string }): ViewPlan {
  const wheels = [...contents].sort((a, b) => (a.label < b.label ? -1 : 1));
  const draft: Draft = { wheels, cacheTag, directories: [], links: [], rewritten: [], conflicts: [] };
  const everyone = wheels.map((_, index) => index);
  planDirectory(draft, "", everyone);
  const { directories, links, rewritten, conflicts } = draft;
  return { wheels: wheels.map((wheel) => wheel.sha256), directories, links, rewritten, conflicts };
}

interface Draft {
  readonly wheels: readonly WheelContents[];
  readonly cacheTag: string;
  readonly directories: string[];
  readonly links: ViewLink[];
  readonly rewritten: ViewLink[];
  readonly conflicts: ViewConflict[];
}

interface Claim {
  readonly wheel: number;
  readonly kind: EntryKind;
}

const bytecodeDirectory = "__pycache__";

/** Plans the children of a real directory; `owners` are the wheels that have it. */
function planDirectory(draft: Draft, directory: string, owners: readonly number[]): void {
  // The root counts as shared even of one wheel: its bytecode must not hang on who else is there.
  const shared = owners.length > 1 || directory === "";
  const modules: ViewLink[] = [];
  for (const [name, claims] of claimsOf(draft, directory, owners)) {
    if (name === bytecodeDirectory) continue;
    const path = directory === "" ? name : `${directory}/${name}`;
    const link = planEntry(draft, path, claims);
    if (link?.kind === "file" && name.endsWith(".py")) modules.push(link);
  }
  if (modules.length > 0) planBytecode(draft, directory, { modules, shared });
}

function claimsOf(draft: Draft, directory: string, owners: readonly number[]): Map<string, Claim[]> {
  const byName = new Map<string, Claim[]>();
  for (const wheel of owners) {
    for (const { name, kind } of wheelAt(draft, wheel).childrenOf(directory)) {
      const claims = byName.get(name);
      if (claims === undefined) byName.set(name, [{ wheel, kind }]);
      else claims.push({ wheel, kind });
    }
  }
  return byName;
}

/** Returns the link that was planned, or undefined where the entry became a real directory. */
function planEntry(draft: Draft, path: string, claims: readonly Claim[]): ViewLink | undefined {
  const winner = claims.at(-1);
  if (winner === undefined) return undefined;
  checkKinds(draft, path, claims);
  if (winner.kind === "file") {
    noteConflicts(draft, path, claims);
  } else if (claims.length > 1 || wheelAt(draft, winner.wheel).mustBeReal(path)) {
    draft.directories.push(path);
    const owners = claims.map((claim) => claim.wheel);
    planDirectory(draft, path, owners);
    return undefined;
  }
  const link: ViewLink = { path, kind: winner.kind, wheel: winner.wheel };
  if (wheelAt(draft, winner.wheel).rewritten?.has(path) === true) draft.rewritten.push(link);
  else draft.links.push(link);
  return link;
}

function checkKinds(draft: Draft, path: string, claims: readonly Claim[]): void {
  const file = claims.find((claim) => claim.kind === "file");
  const directory = claims.find((claim) => claim.kind === "directory");
  if (file === undefined || directory === undefined) return;
  throw problem("E_ENV_PATH_CONFLICT", {
    path,
    file: wheelAt(draft, file.wheel).label,
    directory: wheelAt(draft, directory.wheel).label,
  });
}

function noteConflicts(draft: Draft, path: string, claims: readonly Claim[]): void {
  if (claims.length < 2) return;
  const [winner, ...losers] = claims.map((claim) => wheelAt(draft, claim.wheel)).reverse();
  if (winner === undefined) return;
  const digest = winner.digestOf(path);
  for (const loser of losers) {
    if (loser.digestOf(path) !== digest) draft.conflicts.push({ path, winner: winner.label, loser: loser.label });
  }
}

interface BytecodeScene {
  readonly modules: readonly ViewLink[];
  readonly shared: boolean;
}

function planBytecode(draft: Draft, directory: string, { modules, shared }: BytecodeScene): void {
  const path = directory === "" ? bytecodeDirectory : `${directory}/${bytecodeDirectory}`;
  const [first] = modules;
  if (!shared && first !== undefined) {
    draft.links.push({ path, kind: "directory", wheel: first.wheel });
    return;
  }
  draft.directories.push(path);
  for (const { path: source, wheel } of modules) {
    const stem = source.slice(directory === "" ? 0 : directory.length + 1, -".py".length);
    draft.links.push({ path: `${path}/${stem}.${draft.cacheTag}.pyc`, kind: "file", wheel });
  }
}

function wheelAt(draft: Draft, index: number): WheelContents {
  const wheel = draft.wheels[index];
  if (wheel === undefined) throw new RangeError(`no wheel ${index} in a plan of ${draft.wheels.length}`);
  return wheel;
}
