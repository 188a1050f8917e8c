import * as v from "valibot";

/** A whole number of things or bytes. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const milliseconds = v.pipe(v.number(), v.minValue(0));

/** One event kind: its dotted name and the fields that only it has. Names are `<part>.<thing>`, fields snake_case. */
export function defineEvent<const K extends string, const F extends v.ObjectEntries>(kind: K, fields: F) {
  return { kind, fields: v.object(fields) };
}
