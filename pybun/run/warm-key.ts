/**
 * Which warm record a command line has: a hash of what decides the run and is known without reading anything but the
 * script's head. Shared by the warm path and by the long way that writes the record, so that both mean the same.
 */

export interface WarmInputs {
  /** The script as it was given. */
  readonly script: string;
  /** The lines of its metadata block as bytes, one character each; empty where it has none. */
  readonly block: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Longer heads go the long way. */
export const headBytesMax = 1 << 16;

/** Values are hashed, never stored: some hold credentials. */
const relevant = /^(?:PATH|HOME|VIRTUAL_ENV|CONDA_PREFIX|NETRC|(?:PIP|UV|PYBUN|VIVARIUM|XDG|PYENV)_.*)$/;

/** Forty hexadecimal digits. */
export function warmKey({ script, block, cwd, environment }: WarmInputs): string {
  const hasher = new Bun.CryptoHasher("sha256");
  const slash = script.lastIndexOf("/");
  hasher.update(`${cwd}\0${script.slice(0, slash + 1)}\0${block.length}\0`).update(block, "latin1");
  hashVariables(hasher, environment);
  return hasher.digest("hex").slice(0, 40);
}

/** Adds the variables that choose the interpreter, the environment or the packages. */
export function hashVariables(hasher: Bun.CryptoHasher, environment: WarmInputs["environment"]): void {
  for (const name of Object.keys(environment).sort()) {
    if (relevant.test(name)) hasher.update(`\0${name}=${environment[name] ?? ""}`);
  }
}

const opening = /(?:^|[\r\n])# \/\/\/ script[\r\n]/g;

/**
 * The run of comment lines from `# /// script` on, in a script's head as bytes: all that the metadata can depend on.
 * Empty if there is no such line; undefined for anything that needs a closer look: a second opening, a byte order mark,
 * a block that the head does not hold to its end.
 */
export function blockBytes(head: string): string | undefined {
  if (head.startsWith("\xEF\xBB\xBF")) return undefined;
  opening.lastIndex = 0;
  const first = opening.exec(head);
  if (first === null) return head.length < headBytesMax ? "" : undefined;
  const start = first.index + (first[0].startsWith("#") ? 0 : 1);
  const end = /[\r\n]+[^#\r\n]/.exec(head.slice(start))?.index ?? head.length - start;
  opening.lastIndex = first.index + 1;
  if (opening.test(head) || start + end >= headBytesMax - 1) return undefined;
  return head.slice(start, start + end);
}
