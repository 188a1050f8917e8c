/** What shells show of an activated environment of the store, which has no name of its own: what it was made for. */
import type { EnvironmentRecord } from "./environment-record.ts";

const keyCharacters = 8;

/** `requests`, `requests+2` where two more are required, or the beginning of the key. Safe in any quotes. */
export function promptOf({ key, wish }: Pick<EnvironmentRecord, "key" | "wish">): string {
  const [first = "", ...others] = wish.requirements;
  const name = /^[a-z\d]+(?:[-_.][a-z\d]+)*/i.exec(first)?.[0];
  if (name === undefined) return key.slice(0, keyCharacters);
  return others.length === 0 ? name : `${name}+${others.length}`;
}
