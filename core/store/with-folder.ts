import { mkdirSync } from "node:fs";
import { errnoOf } from "./io-problem.ts";

/** The folder may be missing at first, and somebody who cleans may take it away once more in the middle. */
const attemptsMax = 3;

/** Does what writes into a folder; where that is not there, makes it and does it again. */
export function withFolder(folder: string, work: () => void): void {
  for (let attempt = 1; ; attempt++) {
    try {
      return work();
    } catch (error) {
      if (attempt === attemptsMax || errnoOf(error) !== "ENOENT") throw error;
      mkdirSync(folder, { recursive: true });
    }
  }
}
