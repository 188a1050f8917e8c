/** One word of a command line that a message shows: in quotes only where a POSIX shell would not take it as it stands. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
