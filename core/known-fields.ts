/**
 * Objects of which a program gives known fields: budgets, policies, options. What is read of one by the names of these
 * counts whether it is a property, a getter or inherited, so that whoever reads it has to find out what else is in it:
 * a field that nobody knows says nothing, and neither does an object of quite another kind.
 */

/** `unknown`: it has a field of this name. `other`: it is an object of a class of its own, and has none of the fields. */
export type Oddity = { readonly kind: "unknown"; readonly name: string } | { readonly kind: "other" };

/**
 * Why it cannot be what it was given for. Unknown fields are own properties, inherited ones that are no methods, and
 * getters: a class may have methods of its own. Runs none of its getters.
 */
export function oddityOf(given: object, known: readonly string[]): Oddity | undefined {
  for (const name of Object.keys(given)) if (!known.includes(name)) return { kind: "unknown", name };
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype === Object.prototype || prototype === null) return undefined;
  const above = objectsAbove(given);
  if (above.length > 0 && !known.some((name) => name in given)) return { kind: "other" };
  const name = above.flatMap(fieldsOf).find((each) => !known.includes(each));
  return name === undefined ? undefined : { kind: "unknown", name };
}

/** Of objects whose own properties are read, whatever their names: what is not read of it. */
export const inheritedFieldOf = (given: object): string | undefined => objectsAbove(given).flatMap(fieldsOf)[0];

/** Its prototypes but for the one of all objects, of whatever realm. */
function objectsAbove(given: object): readonly object[] {
  const above: object[] = [];
  for (let next = prototypeOf(given); next !== undefined; next = prototypeOf(next)) above.push(next);
  return above.filter((each) => !Object.hasOwn(each, "isPrototypeOf"));
}

const prototypeOf = (of: object): object | undefined => (Object.getPrototypeOf(of) as object | null) ?? undefined; // so

function fieldsOf(prototype: object): readonly string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, property]) => {
    const isMethod = typeof property.value === "function";
    const isField = property.get !== undefined || (property.enumerable === true && !isMethod);
    return isField ? [name] : [];
  });
}
