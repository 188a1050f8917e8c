/** What a run came to, as a table that shows a change as a difference. */
import { aligned, endingsOf } from "../fuzz/scoreboard.ts";
import { weathers } from "./program.ts";
import type { WorldSummary } from "./run-worlds.ts";

export interface Asked {
  readonly seed: number;
  readonly worlds: number;
}

export const commandOf = ({ seed, worlds }: Asked): string => `npm run stress -- --worlds ${worlds} --seed ${seed}`;

export function formatScoreboard(asked: Asked, summaries: readonly WorldSummary[]): string {
  const rows = weathers.map((weather) =>
    rowOf(
      weather,
      summaries.filter((each) => each.weather === weather),
    ),
  );
  const [, worlds = "", findings = ""] = rowOf("all", summaries);
  const table = [["weather", "worlds", "findings", "calls ended"], ...rows, ["all", worlds, findings, ""]];
  return `${commandOf(asked)}\n\n${aligned(table)}`;
}

function rowOf(name: string, summaries: readonly WorldSummary[]): readonly string[] {
  const endings = new Map<string, number>();
  for (const [ending, count] of summaries.flatMap((summary) => Object.entries(summary.endings))) {
    endings.set(ending, (endings.get(ending) ?? 0) + count);
  }
  const found = summaries.filter(({ findings }) => findings.length > 0);
  return [name, String(summaries.length), String(found.length), endingsOf(endings)];
}
