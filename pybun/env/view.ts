/**
 * Views in the store: `views-v2/<key>/site-packages`, made from a plan and published whole by one rename.
 *
 * The key names the layout version, the interpreter's cache tag and ABI, the sorted hashes of the wheels, and of those
 * that were asked for by URL, the URL; equal resolutions share one view. Beside the tree lies `seal.json`: the plan's numbers, checked when a view is used for
 * a new environment. The last path component is called site-packages because coverage tools and debuggers tell
 * installed code from a user's by it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Report } from "@vivarium/core/report";
import { isStoreName, type Store } from "@vivarium/core/store";
import { hasFields, readSmallJson, wholeOf } from "@vivarium/core/store/small-file";
import type { InterpreterAbi } from "../interpreter/interpreter.ts";
import { checkSeal } from "../wheel/seal.ts";
import { sealDirectories } from "../wheel/sealed-directory.ts";
import type { StoredWheel } from "../wheel/stored-wheel.ts";
import { directUrlName, directUrlText, type Origins, recordWithDirectUrl } from "./direct-url.ts";
import { recordedInSite } from "./installed-record.ts";
import { planView, type ViewConflict, type ViewPlan } from "./view-plan.ts";
import { warnOfConflicts } from "./warn-of-conflicts.ts";
import { contentsOf } from "./wheel-contents.ts";

/** Grows when the same wheels would be laid out differently. */
export const viewLayoutVersion = 2;
export const viewKind = `views-v${viewLayoutVersion}`;

export interface ViewOptions {
  readonly store: Store;
  readonly abi: InterpreterAbi;
  readonly wheels: readonly StoredWheel[];
  readonly origins?: Origins;
  readonly report: Report;
}

export interface View {
  readonly key: string;
  /** The merged site-packages. */
  readonly path: string;
}

export interface ViewSeal {
  readonly wheels: readonly string[];
  readonly directories: number;
  readonly links: number;
  /** Entries at the root of the tree. */
  readonly roots: number;
  readonly conflicts: readonly ViewConflict[];
}

/** The name of the view of these wheels for this interpreter; the order of the wheels does not matter. */
function viewKeyOf({ abi, wheels, origins }: ViewOptions): string {
  const hashes = wheels.map(({ sha256 }) => sha256).sort();
  const direct = hashes.filter((hash) => origins?.has(hash)).map((hash) => [hash, origins?.get(hash)]);
  const parts = [viewLayoutVersion, abi.cacheTag, abi.soabi, hashes];
  const identity = JSON.stringify(direct.length === 0 ? parts : [...parts, direct]);
  return new Bun.CryptoHasher("sha256").update(identity).digest("hex").slice(0, 40);
}

/**
 * Makes the view, or takes the one that is there and whole. A damaged one is replaced.
 * @throws E_ENV_PATH_CONFLICT, E_STORE_DAMAGED (a wheel), the other E_STORE_* codes
 */
export async function ensureView(options: ViewOptions): Promise<View> {
  const { store, wheels, report } = options;
  const key = viewKeyOf(options);
  const view = { key, path: join(store.entryPath(viewKind, key), "site-packages") };
  const known = wholeSeal(store, view, wheels);
  if (known !== undefined) {
    warnOfConflicts(known.conflicts, report);
    return view;
  }
  // Under a lock, lest of two that found it damaged the second throws away what the first has made.
  await store.withLock(`view-${key}`, async () => {
    if (wholeSeal(store, view, wheels) !== undefined) return;
    store.remove(viewKind, key);
    await buildView(options, key);
  });
  return view;
}

function wholeSeal(store: Store, { key, path }: View, wheels: readonly StoredWheel[]): ViewSeal | undefined {
  const seal = readSeal(store, key);
  return seal !== undefined && isWhole(path, seal, wheels) ? seal : undefined;
}

async function buildView(options: ViewOptions, key: string): Promise<void> {
  const { store, abi, wheels, origins = new Map(), report } = options;
  const startMs = performance.now();
  for (const wheel of wheels) checkSeal(wheel);
  const plan = planView(
    wheels.map((wheel) => contentsOf(wheel, origins.has(wheel.sha256))),
    { cacheTag: abi.cacheTag },
  );
  const path = await store.publish(viewKind, key, (directory) => {
    const root = join(directory, "site-packages");
    mkdirSync(root);
    linkPlan(plan, root, { wheels, origins, final: join(store.entryPath(viewKind, key), "site-packages") });
    writeFileSync(join(directory, "seal.json"), JSON.stringify(sealOf(plan, root)));
  });
  warnOfConflicts(plan.conflicts, report);
  const { length: links } = plan.links;
  report.emit("install.link", { path, packages: wheels.length, links, duration_ms: performance.now() - startMs });
}

interface LinkScene {
  readonly wheels: readonly StoredWheel[];
  readonly origins: Origins;
  /** Where the view will be when it is published: links are relative, so that a store can be moved as a whole. */
  readonly final: string;
}

/** Puts a plan on disk, below an existing, empty directory. */
export function linkPlan(plan: ViewPlan, root: string, scene: LinkScene): void {
  const { wheels, final } = scene;
  const byHash = new Map(wheels.map((wheel) => [wheel.sha256, wheel.path]));
  const trees = plan.wheels.map((hash) => relative(final, byHash.get(hash) ?? hash));
  for (const directory of plan.directories) mkdirSync(`${root}/${directory}`);
  for (const { path, kind, wheel } of plan.links) {
    const target = `${climb(path)}${trees[wheel]}${sep}${path}`;
    // On Windows a junction needs no privilege, but an absolute target.
    if (process.platform === "win32" && kind === "directory") {
      symlinkSync(join(dirname(join(final, path)), target), `${root}/${path}`, "junction");
    } else {
      symlinkSync(target, `${root}/${path}`);
    }
  }
  writeAnew(plan, root, scene);
  sealDirectories([root, ...plan.directories.map((directory) => `${root}/${directory}`)]);
}

function writeAnew({ wheels: hashes, rewritten }: ViewPlan, root: string, { wheels, origins }: LinkScene): void {
  for (const { path, wheel } of rewritten) {
    const stored = wheels.find(({ sha256 }) => sha256 === hashes[wheel]);
    if (stored === undefined) continue;
    const url = origins.get(stored.sha256);
    const direct = url === undefined ? undefined : directUrlText({ url, sha256: stored.sha256 });
    const text = path.endsWith(`/${directUrlName}`) ? direct : recordOf(stored, { path, direct });
    writeFileSync(`${root}/${path}`, text ?? "", { mode: 0o444 });
  }
}

function recordOf(
  { path: tree, manifest }: StoredWheel,
  { path, direct }: { path: string; direct: string | undefined },
) {
  const { distInfo } = manifest;
  const text = recordedInSite(readFileSync(`${tree}/${path}`, "utf8"), distInfo);
  return direct === undefined ? text : recordWithDirectUrl(text, { distInfo, text: direct });
}

/** `../` for each directory above a path. */
function climb(path: string): string {
  let up = "";
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) up += `..${sep}`;
  return up;
}

function sealOf(plan: ViewPlan, root: string): ViewSeal {
  return {
    wheels: plan.wheels,
    directories: plan.directories.length,
    links: plan.links.length,
    roots: readdirSync(root).length,
    conflicts: plan.conflicts,
  };
}

/** What a view was made of and should hold; undefined, which means "make it again", where the file is absent or damaged. */
export function readSeal(store: Store, key: string): ViewSeal | undefined {
  return wholeOf(readSmallJson(join(store.entryPath(viewKind, key), "seal.json"), isSeal));
}

function isSeal(value: object): value is ViewSeal {
  const types = {
    wheels: "strings",
    directories: "number",
    links: "number",
    roots: "number",
    conflicts: "list",
  } as const;
  if (!hasFields(value, types)) return false;
  const { wheels, conflicts } = value as ViewSeal; // looked at one by one
  return wheels.every(isStoreName) && conflicts.every(isConflict);
}

const isConflict = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  hasFields(value, { path: "string", winner: "string", loser: "string" });

/** Nothing was taken from or added to the root, and the metadata of every wheel can be reached through it. */
function isWhole(path: string, seal: ViewSeal, wheels: readonly StoredWheel[]): boolean {
  if (!existsSync(path) || readdirSync(path).length !== seal.roots) return false;
  return wheels.every(({ manifest }) => existsSync(join(path, manifest.distInfo)));
}
