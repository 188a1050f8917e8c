/**
 * Names become small integers once, so that the hot loop indexes arrays instead of hashing strings.
 *
 * Besides projects there are virtual packages: the root (what the user asked for), python (the target interpreter),
 * and for each extra two. `foo[x]` as a proxy requires, at version v, both `foo` and the features of `x` at exactly v;
 * the features require what the extra adds. Two, so that the requirements of `foo` itself are seen first.
 */
export type PackageKind = "root" | "python" | "project" | "extra" | "features";

export interface PackageEntry {
  readonly kind: PackageKind;
  /** The project's normalised name; empty for root. */
  readonly name: string;
  readonly extra?: string;
  /** Which name this is, in order of first appearance. Root and python have none. */
  readonly nameIndex: number;
}

export const rootPackage = 0;
export const pythonPackage = 1;

export interface PackageTable {
  readonly entries: PackageEntry[];
  readonly ids: Map<string, number>;
  readonly names: Map<string, number>;
}

export function createPackageTable(): PackageTable {
  return {
    entries: [
      { kind: "root", name: "", nameIndex: -1 },
      { kind: "python", name: "python", nameIndex: -1 },
    ],
    ids: new Map(),
    names: new Map(),
  };
}

/** A package that can be given out an identifier: all but the root and python, which have theirs. */
export type InternedPackage =
  | { readonly kind: "project"; readonly name: string }
  | { readonly kind: "extra" | "features"; readonly name: string; readonly extra: string };

/** The identifier of a package, given out on first sight. */
export function internPackage(table: PackageTable, package_: InternedPackage): number {
  const { kind, name } = package_;
  const extra = kind === "project" ? "" : package_.extra;
  const key = kind === "project" ? name : `${name}[${extra}]${kind === "extra" ? "" : "+"}`;
  const known = table.ids.get(key);
  if (known !== undefined) return known;
  const id = table.entries.length;
  const nameIndex = table.names.get(name) ?? table.names.size;
  table.names.set(name, nameIndex);
  table.entries.push({ kind, name, nameIndex, ...(kind === "project" ? {} : { extra }) });
  table.ids.set(key, id);
  return id;
}

export function packageEntry(table: PackageTable, id: number): PackageEntry {
  const entry = table.entries[id];
  if (entry === undefined) throw new RangeError(`package ${id} was never interned`);
  return entry;
}

/** How people write the package: `foo` or `foo[extra]`. */
export function packageLabel(entry: Pick<PackageEntry, "name" | "extra">): string {
  return entry.extra === undefined ? entry.name : `${entry.name}[${entry.extra}]`;
}
