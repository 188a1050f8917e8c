/**
 * The warm record of a run: what to start, and what must still be as it was when the long way decided so.
 *
 * A text file `<cache>/runs-v1/<key>`, a fact a line:
 *   run 8                         format
 *   /…/bin/python                 the program, also argv[0]
 *   /…/environment | empty        VIRTUAL_ENV of the program
 *   /…/bin | empty                what comes first on its PATH
 *   kind/key | empty              the store's entry to take a lease on
 *   /…/record.json | empty        its time says when the environment was last used
 *   fingerprint TAB path          witnesses: the rest of the file
 * A witness is a path with the look of what it leads to (direct-calls.ts), or `-` for "nothing there": interpreters,
 * directories of PATH, settings of pip, `.python-version`, the environment's own parts. One that differs makes the record
 * void.
 */

export interface WarmRecord {
  readonly program: string;
  readonly prefix: string;
  readonly scripts: string;
  readonly lease: string;
  readonly used: string;
  readonly witnesses: readonly { readonly path: string; readonly fingerprint: string }[];
}

/**
 * Grows with what a line means, with what a key is made of, and with `recordVersion`: of another version nothing may be
 * started unseen.
 */
const header = "run 8";

export function formatWarmRecord({ program, prefix, scripts, lease, used, witnesses }: WarmRecord): string {
  const lines = witnesses.map(({ path, fingerprint }) => `${fingerprint}\t${path}`);
  return `${[header, program, prefix, scripts, lease, used, ...lines, "end"].join("\n")}\n`;
}

/** Undefined for another format, and for a file that was cut short. */
export function parseWarmRecord(text: string): WarmRecord | undefined {
  const lines = text.split("\n");
  const [format, program = "", prefix = "", scripts = "", lease = "", used = ""] = lines;
  if (format !== header || program === "" || lines.at(-2) !== "end" || lines.at(-1) !== "") return undefined;
  const witnesses = lines.slice(6, -2).map((line) => {
    const tab = line.indexOf("\t");
    return { fingerprint: line.slice(0, tab), path: line.slice(tab + 1) };
  });
  return { program, prefix, scripts, lease, used, witnesses };
}

/** Where the record of a key is, below the cache. */
export const warmRecordPath = (cacheRoot: string, key: string): string => `${cacheRoot}/runs-v1/${key}`;
