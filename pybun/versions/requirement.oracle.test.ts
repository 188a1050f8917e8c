import { describe, expect, test } from "bun:test";
import { Problem, renderProblem } from "@vivarium/core/diagnostic";
import { versionsDiagnostics } from "./diagnostics.ts";
import { formatMarker, parseMarker } from "./marker.ts";
import { formatRequirement, parseRequirement, type Requirement } from "./requirement.ts";
import { samples, seed } from "./testing/arbitraries.ts";
import { askPackaging } from "./testing/packaging-oracle.ts";
import { requirementLikeText, requirementText } from "./testing/requirement-arbitraries.ts";

const CASES = 4000;
const TIMEOUT_MS = 120_000;

interface Answer {
  readonly name: string;
  readonly extras: readonly string[];
  readonly url: string | null;
  readonly marker: string | null;
}

/** A requirement, or the reason why it was refused. */
function read(text: string): Requirement | string {
  try {
    return parseRequirement(text);
  } catch (error) {
    if (error instanceof Problem) return renderProblem(error, versionsDiagnostics).message;
    throw error;
  }
}

function shapeOf(requirement: Requirement) {
  const { name, extras, url, marker } = requirement;
  return { name, extras: [...extras], url: url ?? null, marker: marker === undefined ? null : formatMarker(marker) };
}

/** Where packaging accepts what PEP 508 does not: meaningless comparisons, names that end with "_", bare "===", no URLs. */
const STRICTER =
  /cannot be compared|must be a variable|compares versions|cannot be used with|must end with|expected a version after "==="|not a marker variable|it is no valid URL|the escapes .* are malformed/;

/**
 * In a requirement, packaging takes the comma after `===1.0` for a part of the text, and so refuses the next clause
 * after a blank, though its own sets of specifiers end the clause at the comma. Ours ends there everywhere.
 */
const readAlike = (text: string) => !/===[^;)]*,/.test(text);

describe(`requirements, seed ${seed}`, () => {
  test(
    "are read as packaging reads them",
    async () => {
      const texts = samples(requirementText, CASES).filter(readAlike);
      const answers = await askPackaging<Answer | null>("requirement", texts);
      for (const [i, text] of texts.entries()) {
        const answer = answers[i];
        const ours = read(text);
        if (answer === null || answer === undefined || typeof ours === "string") {
          expect({ text, ours, answer }).toEqual({ text, ours: expect.any(String), answer: null });
          continue;
        }
        // packaging keeps parentheses that change nothing, so its marker is compared after our own reading of it.
        const marker = answer.marker === null ? null : formatMarker(parseMarker(answer.marker));
        expect({ text, ...shapeOf(ours) }).toEqual({ text, ...answer, extras: [...answer.extras], marker });
      }
    },
    TIMEOUT_MS,
  );

  test(
    "are printed so that packaging reads the same, and we too",
    async () => {
      const texts = samples(requirementText, CASES)
        .filter(readAlike)
        .filter((text) => typeof read(text) !== "string");
      const printed = texts.map((text) => formatRequirement(parseRequirement(text)));
      const same = await askPackaging<boolean>(
        "same_requirement",
        texts.map((text, i) => [text, printed[i]]),
      );
      expect(texts.map((text, i) => [text, printed[i], same[i]]).filter(([, , is]) => is !== true)).toEqual([]);
      for (const text of printed) expect(formatRequirement(parseRequirement(text))).toBe(text);
    },
    TIMEOUT_MS,
  );

  test(
    "are refused where packaging refuses them",
    async () => {
      const texts = samples(requirementLikeText, CASES).filter(readAlike);
      const answers = await askPackaging<Answer | null>("requirement", texts);
      const differing = texts.flatMap((text, i) => {
        const ours = read(text);
        const refused = typeof ours === "string";
        if (refused === (answers[i] === null)) return [];
        return refused && STRICTER.test(ours)
          ? []
          : [{ text, ours: refused ? ours : "accepted", packaging: answers[i] }];
      });
      expect(differing).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
