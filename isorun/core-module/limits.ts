/** The range of limits (WebAssembly 3.0, 3.2.14 and 3.2.15), and what engines make of how they are written. */
import type { CoreExternTypeRef, Limits } from "../decode/ast.ts";
import { pageSizeLog2Of } from "../types/core-types.ts";

type Limited = CoreExternTypeRef & { readonly kind: "table" | "memory" };

/** What is wrong with them; undefined if nothing is. */
export function limitsProblem(type: Limited): string | undefined {
  const { minimum, maximum = minimum } = type.limits;
  const { most, unit } = rangeOf(type);
  if (minimum > most || maximum > most) return `${type.kind} size must be at most ${most} ${unit}`;
  if (type.kind === "memory" && type.limits.isShared && type.limits.maximum === undefined) {
    return "shared memory must have maximum size";
  }
  return minimum > maximum ? "size minimum must not be greater than maximum" : undefined;
}

function rangeOf(type: Limited): { readonly most: number; readonly unit: string } {
  if (type.kind === "table") return { most: type.limits.is64 ? 2 ** 64 : 2 ** 32 - 1, unit: "entries" };
  const pageSizeLog2 = pageSizeLog2Of(type.pageSizeLog2);
  return { most: type.limits.is64 ? 2 ** 48 : 2 ** (32 - pageSizeLog2), unit: "pages" };
}

/** Limits are numbers of 64 bits in the binary format; engines read those of 32-bit index types as numbers of 32. */
export const areTooLongForEngines = ({ is64, isLong }: Limits): boolean => isLong && !is64;
