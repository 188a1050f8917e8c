/** The functions that a component exports, by the names that calls take. */
import { nearest } from "@vivarium/core/nearest";
import type { Component } from "../runtime/component.ts";
import type { FuncType } from "../types/component-types.ts";

/** By a bare name, or `ns:pkg/iface@version#name`. Methods and constructors of resources are among them. */
export function functionsOf({ exports }: Component): ReadonlyMap<string, FuncType> {
  const found = new Map<string, FuncType>();
  for (const [name, type] of exports) {
    if (type.kind === "func") found.set(name, type);
    if (type.kind !== "instance") continue;
    for (const [inner, innerType] of type.exports) {
      if (innerType.kind === "func") found.set(`${name}#${inner}`, innerType);
    }
  }
  return found;
}

export interface FoundFunction {
  readonly name: string;
  readonly type: FuncType;
}

/**
 * The export of this very name, else the only one that is called so in whatever interface.
 * @returns the names of all that could be meant, if that is not one
 */
export function findFunction(
  functions: ReadonlyMap<string, FuncType>,
  wanted: string,
): FoundFunction | readonly string[] {
  const exact = functions.get(wanted);
  if (exact !== undefined) return { name: wanted, type: exact };
  const meant = [...functions].filter(([name]) => isCalled(name, wanted));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return { name: only[0], type: only[1] };
  if (meant.length > 1) return meant.map(([name]) => name);
  return nearest(wanted, new Set([...functions.keys()].flatMap((name) => [name, shortName(name)])));
}

const shortName = (name: string): string => name.slice(name.indexOf("#") + 1);

/** By its own name alone, or with an interface without its package or version. */
function isCalled(name: string, wanted: string): boolean {
  const [place = "", own] = name.split("#");
  if (own === undefined) return false;
  const bare = place.replace(/@.*$/, "");
  const withoutVersion = `${bare}#${own}`;
  return [own, withoutVersion, withoutVersion.slice(withoutVersion.indexOf("/") + 1)].includes(wanted);
}

/** A few of many, for a message. */
export const someOf = (functions: ReadonlyMap<string, FuncType>): string[] => [...functions.keys()].slice(0, 8);
