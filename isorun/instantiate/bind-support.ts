/** Binds the options of a canonical definition to what an instance has: memory, allocator, handles. */

import type { BoundaryWords } from "../call/boundary-words.ts";
import type { HostSide } from "../call/edge.ts";
import { MemoryAccess } from "../call/memory-access.ts";
import { Support } from "../call/support.ts";
import type { Resource } from "../types/component-types.ts";
import type { CanonicalOptions } from "../validate/canon-options.ts";
import { absent, type RuntimeScope } from "./runtime-scope.ts";

type Realloc = (old: number, oldSize: number, align: number, size: number) => number;

interface Boundary {
  readonly words: BoundaryWords;
  readonly host?: HostSide;
  readonly name?: string | undefined;
}

export function supportOf(scope: RuntimeScope, options: CanonicalOptions, boundary: Boundary): Support {
  const memory = options.memory === undefined ? undefined : scope.coreMemories[options.memory];
  const realloc = options.realloc === undefined ? undefined : scope.coreFuncs[options.realloc];
  const access = memory instanceof WebAssembly.Memory ? new MemoryAccess(memory) : undefined;
  const bindings = {
    memory: access,
    realloc: typeof realloc === "function" ? (realloc as Realloc) : undefined,
    encoding: options.encoding,
    memoryBytesMax: options.memoryBytesMax ?? Infinity,
    instance: scope.instance,
    ...boundary,
  };
  // Functions of the host outlive the instance.
  if (boundary.host !== undefined) {
    scope.instance.root.onceGone(() => {
      access?.release();
      bindings.realloc = undefined;
    });
  }
  return new Support(bindings);
}

/** The resource types that generated code wants, as they are in this instance. */
export const bound = (scope: RuntimeScope, resources: readonly Resource[]) =>
  resources.map((resource) => scope.resources.get(resource) ?? absent("the resource", resource.id));
