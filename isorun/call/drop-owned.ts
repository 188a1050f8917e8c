/** Drops what a value owns that nobody takes. */
import type { RuntimeResource } from "./handle-table.ts";
import type { Owned } from "./owned-in.ts";

interface Owners {
  /** What the resource of a type is for the instance. */
  readonly found: (resource: Owned["resource"]) => RuntimeResource | undefined;
  /** For resources that instances define, whose values the host holds as they are. */
  readonly ofInstances: (value: unknown) => void;
}

/** What cannot be dropped is passed over: why nobody takes the value is what the caller has to know. */
export function dropOwned(owned: readonly Owned[], { found, ofInstances }: Owners): void {
  // All are found before the first is dropped: who drops may end the instance, which forgets its resources then.
  const dropped = owned.map(({ value, resource }) => ({ value, resource: found(resource) }));
  for (const { value, resource } of dropped) {
    if (resource?.values === undefined) ofInstances(value);
    else dropHosts(value, resource, resource.values);
  }
}

type HostValues = NonNullable<RuntimeResource["values"]>;

function dropHosts(value: unknown, resource: RuntimeResource, values: HostValues): void {
  try {
    resource.drop(values.add(value));
  } catch {
    // As at the end of an instance.
  }
}
