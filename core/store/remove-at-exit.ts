/**
 * Temporary directories go when the process ends, also where it ends in the middle: after Ctrl-C nobody waits for the
 * other downloads, and a worker may still write. A killed process leaves its directories to the next sweep; one that
 * becomes another program has none any more.
 */
import { existsSync } from "node:fs";
import { removeLeftover } from "./leftover.ts";

const temporary = new Set<string>();

/** Against a worker that makes a file while we delete the directory around it; its next one fails. */
const attemptsMax = 10;

/** Removes the directory at the end of this process, if it is still there. */
export function removeAtExit(path: string): void {
  if (temporary.size === 0) process.on("exit", removeAll);
  temporary.add(path);
}

function removeAll(): void {
  for (const path of temporary) {
    for (let attempt = 0; attempt < attemptsMax && existsSync(path); attempt++) removeLeftover(path);
  }
}
