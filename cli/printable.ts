/**
 * Text of indexes, files and arguments must not command the terminal: control characters (C0, C1), which clear screens
 * and set titles, and those that turn the direction of writing (CVE-2021-42574), which make a line read as another, are
 * shown by their number, such as `\\u001b`. Tabs and line ends stay.
 */
const commands = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export function printable(text: string): string {
  return text.replaceAll(commands, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The same for what stands in one line. */
export function printableLine(text: string): string {
  return printable(text.replaceAll(/\r?\n/g, " "));
}

/** The same for a line under which others point at columns: one mark for each. */
export function markCommands(line: string): string {
  return line.replaceAll(commands, "\ufffd");
}
