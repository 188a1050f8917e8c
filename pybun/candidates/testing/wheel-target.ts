import type { ResolveTarget } from "../../resolver/target.ts";
import { linuxTarget } from "../../resolver/testing/resolve-universe.ts";
import { compatibleTags } from "../../versions/tags.ts";

const platform = { kind: "manylinux", glibc: [2, 28], arch: "x86_64" } as const;

/** CPython on Linux as `linuxTarget` has it, with the tags of its wheels. */
export function wheelTarget(python: string): ResolveTarget {
  const target = linuxTarget(python);
  const [major = 0, minor = 0] = target.python.release;
  const tags = compatibleTags({ implementation: "cpython", python: [major, minor], freeThreaded: false, platform });
  return { ...target, tags };
}
