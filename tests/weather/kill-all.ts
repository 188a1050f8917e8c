/**
 * `npm run test:kill`: SIGKILL at every call by which three installations change the disk, and the scoreboard of it,
 * tests/scoreboards/kill.txt. Takes about half an hour; tests/weather/kill.test.ts tries a few of the same places.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { callName } from "./kill-at-calls.ts";
import { type KillScene, killShapes, openKillScene } from "./kill-scenarios.ts";

/** Which of two threads comes first differs: what was not reached is tried again. */
const attemptsMax = 4;

interface Score {
  readonly scene: KillScene;
  readonly killed: ReadonlySet<number>;
  readonly complaints: readonly string[];
}

async function killEverywhere(scene: KillScene): Promise<Score> {
  const killed = new Set<number>();
  const complaints: string[] = [];
  for (const [place, call] of scene.calls.entries()) {
    for (let attempt = 0; attempt < attemptsMax && !killed.has(place); attempt++) {
      const result = await scene.attempt(call);
      if (result.killed) killed.add(place);
      complaints.push(...result.complaints.map((text) => `${call.does} (${call.time}): ${text}`));
    }
    process.stderr.write(
      `${scene.shape.name}: ${place + 1} of ${scene.calls.length}, ${complaints.length} complaints\n`,
    );
  }
  return { scene, killed, complaints };
}

function scoreLines({ scene, killed, complaints }: Score): readonly string[] {
  const names = [...new Set(scene.calls.map(callName))].toSorted();
  const rows = names.map((name) => {
    const places = [...scene.calls.keys()].filter(
      (place) => callName(scene.calls[place] ?? { does: "", time: 0 }) === name,
    );
    return `  ${name.padEnd(18)} ${places.filter((place) => killed.has(place)).length} of ${places.length}`;
  });
  const missed = scene.calls
    .filter((_, place) => !killed.has(place))
    .map(({ does, time }) => `  not reached: ${does} (${time})`);
  const total = `  ${"all".padEnd(18)} ${killed.size} of ${scene.calls.length}`;
  return [
    `${scene.shape.name}: ${complaints.length} complaints`,
    ...rows,
    total,
    ...missed,
    ...complaints.map((text) => `  ${text}`),
    "",
  ];
}

const scores = await Promise.all(
  killShapes.map(async (shape) => {
    const scene = await openKillScene(shape);
    return killEverywhere(scene).finally(scene.close);
  }),
);
const head = [
  "SIGKILL at each system call by which an installation of three wheels changes the disk: calls killed at, of calls made.",
  "After each: the store verifies, every environment is the old or the new one, the next run works, nothing is left over.",
  "Written by `npm run test:kill`.",
  "",
];
const text = [...head, ...scores.flatMap(scoreLines)].join("\n");
writeFileSync(join(import.meta.dir, "..", "scoreboards", "kill.txt"), text);
process.stdout.write(text);
process.exit(scores.every(({ complaints }) => complaints.length === 0) ? 0 : 1);
