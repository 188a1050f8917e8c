/** Problems of linking as a person reads them: one under the other, and two types so that they can be compared. */
import type { LinkProblem } from "../errors/errors.ts";

/** The rest is in `data`: a component may ask for more than anybody reads. */
const listedMax = 40;

/** Lines behind the one that says what could not be linked. */
export function linkText(problems: readonly LinkProblem[]): string {
  const listed = problems.slice(0, listedMax).flatMap(linesOf);
  const more = problems.length - listedMax;
  return [...listed, ...(more > 0 ? [`… and ${more} more`] : [])].map((line) => `\n${line}`).join("");
}

/** On one line. Which class of the library would give it is of no use on a command line. */
export const linkLine = ({ message, provider }: LinkProblem): string =>
  message.replace(/^cannot link /, "").replace(provider === undefined ? "" : `; ${provider} would provide it`, "");

function linesOf(problem: LinkProblem): readonly string[] {
  const { kind, wanted, given, import: name, func } = problem;
  if (kind !== "mismatch" || wanted === undefined || given === undefined || wanted === given) {
    return [onOneLine(linkLine(problem))];
  }
  const place = func === undefined ? `'${name}'` : `'${func}' of '${name}'`;
  return [`${onOneLine(place)} is of another type:`, `  wanted ${onOneLine(wanted)}`, `  given  ${onOneLine(given)}`];
}

const onOneLine = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, " ");
