/**
 * Colours: whether, and which. NO_COLOR (no-color.org), FORCE_COLOR, CLICOLOR and CLICOLOR_FORCE (bixense.com/clicolors),
 * TERM=dumb, and no terminal. What the command line says outranks them all.
 */
import type { Environment } from "@vivarium/core/paths";

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** An empty NO_COLOR counts as unset, as its page asks; "0" turns FORCE_COLOR and CLICOLOR_FORCE off. */
export function wantsColor(question: {
  readonly choice: "auto" | "always" | "never";
  readonly environment: Environment;
  readonly isTerminal: boolean;
}): boolean {
  const { choice, environment, isTerminal } = question;
  if (choice !== "auto") return choice === "always";
  if (isSet(environment["NO_COLOR"])) return false;
  const forced = environment["FORCE_COLOR"] ?? environment["CLICOLOR_FORCE"];
  if (isSet(forced)) return forced !== "0" && forced !== "false";
  if (environment["CLICOLOR"] === "0" || environment["TERM"] === "dumb") return false;
  return isTerminal;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "";

const sgr =
  (on: number, off: number) =>
  (text: string): string =>
    text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`;
const plain = (text: string): string => text;

const painted: Paint = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  yellow: sgr(33, 39),
  green: sgr(32, 39),
  cyan: sgr(36, 39),
};
const unpainted: Paint = { bold: plain, dim: plain, red: plain, yellow: plain, green: plain, cyan: plain };

/** The sixteen-colour palette only: it follows the user's own theme. */
export const paintOf = (color: boolean): Paint => (color ? painted : unpainted);
