/**
 * Any text as a literal of another language, so that no character of a path is ever read as code there. Every script,
 * activation file and `.pth` line that carries a path takes it through one of these.
 */

/** One word for a POSIX shell: single quotes, in which nothing is expanded; no three quotes ever stand together. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

/** One word for fish, whose single quotes know `\'` and `\\`. */
export function quoteForFish(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

/**
 * One word for a POSIX shell that may stand within a text of Python in three single quotes: a backslash would begin an
 * escape there, so the shell makes it from `\134`, which is the same character to Python.
 */
export function quoteForShellInPython(text: string): string {
  return quoteForShell(text).replaceAll("\\", () => `'"$(printf '\\134')"'`);
}

/** A Python literal of ASCII characters only. */
export function pythonText(text: string): string {
  const escape = (character: string) => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`;
  return JSON.stringify(text).replace(/[^ -~]/gu, escape);
}
