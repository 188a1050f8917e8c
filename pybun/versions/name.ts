const NEEDS_WORK = /[^a-z0-9-]|--/;
const VALID = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i;

/**
 * The normalised form of a project or extra name (PEP 503, PEP 685): lower-case, runs of `-`, `_` and `.` become one
 * `-`. Does not check that the name is valid; see {@link isValidName}.
 */
export function normalizeName(text: string): string {
  // Almost every name that comes in is normalised already: one test is cheaper than one replacement.
  return NEEDS_WORK.test(text) ? text.replace(/[-_.]+/g, "-").toLowerCase() : text;
}

/** Whether a text may be a project or extra name (PEP 508 "Names", core metadata `Name`). */
export function isValidName(text: string): boolean {
  return VALID.test(text);
}
