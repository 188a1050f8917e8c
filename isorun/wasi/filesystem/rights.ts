/**
 * What of a directory may be changed: all that is below it, or only what is below some of the directories in it. A walk
 * goes down through rights as it goes down through directories, so a link or a `..` that leads out of a part that may be
 * written leads out of its rights too.
 */
export interface Rights {
  readonly canWrite: boolean;
  /** Of directories in it, by name. Empty where all below may be changed anyway. */
  readonly inner: ReadonlyMap<string, Rights>;
}

export const readOnly: Rights = { canWrite: false, inner: new Map() };
export const writable: Rights = { canWrite: true, inner: new Map() };

/** Of the directory with this name in one with these rights. */
export const rightsIn = (rights: Rights, name: string): Rights =>
  rights.canWrite ? rights : (rights.inner.get(name) ?? readOnly);

/** Whether there is anything in it that may be changed. */
export const mayChange = ({ canWrite, inner }: Rights): boolean => canWrite || inner.size > 0;

/** Of a directory in which these may be written: ways down with slashes, "" for all of it. */
export function rightsTo(parts: readonly string[]): Rights {
  if (parts.includes("")) return writable;
  if (parts.length === 0) return readOnly;
  const byName = Map.groupBy(parts, (part) => part.split("/", 1)[0] ?? "");
  const inner = [...byName].map(([name, ways]) => {
    return [name, rightsTo(ways.map((way) => way.slice(name.length + 1)))] as const;
  });
  return { canWrite: false, inner: new Map(inner) };
}
