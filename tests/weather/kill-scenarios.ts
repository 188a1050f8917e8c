/**
 * What is killed, and what must hold afterwards: a new environment, one that is refreshed, one that is replaced at its
 * place, one that is made from a record. Each of three wheels. After a kill the store verifies, each environment that can be seen is the old or the new
 * one, the next run works, and once that is over nothing lies about.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { environmentKind } from "../../pybun/env/environment-record.ts";
import { buildWheel } from "../fixture-index/index.ts";
import { openRunScene, type RunScene, runProgram } from "../run/run-scene.ts";
import { type DiskCall, type TracedRun, traceRun } from "./kill-at-calls.ts";
import { addThreeWheels, leftovers, threeScript } from "./weather-scene.ts";

interface Shape {
  readonly name: string;
  readonly command: readonly string[];
  /** Makes the state that is there before. */
  readonly before: (scene: RunScene) => Promise<void>;
  /** What works whatever happened; the last one sweeps up. */
  readonly next: readonly (readonly string[])[];
  /** What the three modules say, old and new. */
  readonly outputs: readonly string[];
  /** Directories that must hold an environment, old or new; at `place` there may be one, which must be whole then. */
  readonly places: readonly string[];
}

const oldOutput = "10\n";
const newOutput = "1010\n";

const runThree = ["run", "three.py"] as const;
/** The option keeps it off the warm path, which sweeps nothing. */
const runThreeSlowly = ["run", "--python-arg=-B", "three.py"] as const;
const place = join("place", "env");
const createThere = ["env", "create", "--refresh", "--clear", "--dir", place, "first", "second", "third"] as const;

const createFrom = (at: string): readonly string[] => ["env", "create", "--dir", at, "first", "second", "third"];

/** Runs the three modules by the interpreter of an environment. */
const sum =
  "import first, second, third, shared.first, shared.second\nprint(first.x + second.x + third.x + shared.first.x + shared.second.x)";

export const killShapes: readonly Shape[] = [
  {
    name: "new environment",
    command: runThree,
    before: () => Promise.resolve(),
    next: [runThree, runThreeSlowly],
    outputs: [oldOutput],
    places: [],
  },
  {
    name: "refreshed environment",
    command: ["run", "--refresh", "three.py"],
    before: async (scene) => {
      await traceRun(scene, runThree);
      addNewSecond(scene);
    },
    next: [runThree, runThreeSlowly],
    outputs: [oldOutput, newOutput],
    places: [],
  },
  {
    name: "environment replaced at its place",
    command: createThere,
    before: async (scene) => {
      await traceRun(scene, createThere);
      addNewSecond(scene);
    },
    next: [createThere, ["run", "-c", "0"]],
    outputs: [oldOutput, newOutput],
    places: [place],
  },
  {
    name: "environment from a record",
    command: createFrom(place),
    before: async (scene) => void (await traceRun(scene, createFrom(join("place", "other")))),
    next: [createFrom(place), createThere, ["run", "-c", "0"]],
    outputs: [oldOutput],
    places: [join("place", "other")],
  },
];

function addNewSecond({ index }: RunScene): void {
  const files = { "shared/second.py": "x = 2\n", "second/__init__.py": "x = 1002\n", "second/more.py": "" };
  index.add(buildWheel({ name: "second", version: "2.0", files }));
}

export interface KillScene {
  readonly shape: Shape;
  /** All calls of an undisturbed run. */
  readonly calls: readonly DiskCall[];
  /** One attempt; what does not hold afterwards, in words. */
  readonly attempt: (call: DiskCall) => Promise<{ killed: boolean; complaints: readonly string[] }>;
  /** What does not hold now. */
  readonly complaints: () => Promise<readonly string[]>;
  /** Prefixes of all environments that can be seen. */
  readonly environments: () => readonly string[];
  readonly close: () => Promise<void>;
}

export async function openKillScene(shape: Shape): Promise<KillScene> {
  const scene = await openRunScene();
  addThreeWheels(scene);
  scene.write("three.py", threeScript);
  mkdirSync(join(scene.directory, "place"));
  await shape.before(scene);
  const saved = join(scene.directory, "saved");
  for (const name of stateNames) copyTree(join(scene.directory, name), join(saved, name));
  const undisturbed = await traceRun(scene, shape.command);
  if (undisturbed.exitCode !== 0) throw new Error(undisturbed.stderr);
  return {
    shape,
    calls: undisturbed.calls,
    attempt: async (call) => {
      for (const name of stateNames) copyTree(join(saved, name), join(scene.directory, name));
      const run = await traceRun(scene, shape.command, { call, signal: "SIGKILL" });
      return { killed: run.signalled, complaints: [...endComplaints(run), ...(await complaintsOf(scene, shape))] };
    },
    complaints: () => complaintsOf(scene, shape),
    environments: () => environmentsOf(scene, shape),
    close: scene.close,
  };
}

const stateNames = ["vivarium", "place"] as const;

function copyTree(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  if (!existsSync(from)) return;
  mkdirSync(dirname(to), { recursive: true });
  // cpSync keeps times to the microsecond only, and records know them to the nanosecond.
  const copied = Bun.spawnSync(["cp", "-a", from, to]);
  if (!copied.success) throw new Error(copied.stderr.toString());
}

/** A run that nobody killed, and one that lost but a helper, ends as it should. */
function endComplaints({ exitCode, stderr }: TracedRun): readonly string[] {
  return exitCode === 0 || exitCode === 137 ? [] : [`it ended with ${exitCode}: ${stderr.trim()}`];
}

async function complaintsOf(scene: RunScene, shape: Shape): Promise<readonly string[]> {
  const complaints: string[] = [];
  const expectRun = async (args: readonly string[]): Promise<void> => {
    // Traced, because a traced run ends with the last of its children: the compiling of bytecode is over then.
    const { exitCode, stdout, stderr } = await traceRun(scene, args);
    const isRight = exitCode === 0 && stderr === "" && (!args.includes("three.py") || shape.outputs.includes(stdout));
    if (!isRight) complaints.push(`pybun ${args.join(" ")}: ${exitCode} ${stdout}${stderr}`);
  };
  await expectRun(["cache", "verify"]);
  complaints.push(...(await brokenEnvironments(scene, shape)));
  for (const path of temporaries(scene)) utimesSync(path, 0, 0); // time passes
  for (const args of shape.next) await expectRun(args);
  complaints.push(...(await brokenEnvironments(scene, shape)));
  const left = [...leftovers(scene.cache), ...temporaries(scene)];
  if (left.length > 0) complaints.push(`left over: ${left.join(", ")}`);
  await expectRun(["cache", "verify"]);
  return complaints;
}

async function brokenEnvironments(scene: RunScene, shape: Shape): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const prefix of environmentsOf(scene, shape)) {
    const python = [join(prefix, "bin", "python"), "-B", "-c", sum];
    const { stdout, stderr } = await runProgram(python, { env: scene.environment });
    if (!shape.outputs.includes(stdout))
      complaints.push(`the environment '${prefix}' is not whole: ${stdout}${stderr}`);
  }
  return complaints;
}

function environmentsOf({ cache, directory }: RunScene, { places }: Shape): readonly string[] {
  const kind = join(cache, environmentKind);
  const owned = existsSync(kind) ? readdirSync(kind).map((key) => join(kind, key, "environment")) : [];
  const there = existsSync(join(directory, place)) ? [place] : [];
  return [...owned, ...new Set([...places, ...there].map((name) => join(directory, name)))];
}

/** Files that were to be renamed into their places. */
function temporaries({ directory }: RunScene): readonly string[] {
  const names = stateNames.filter((name) => existsSync(join(directory, name)));
  return names.flatMap((name) =>
    readdirSync(join(directory, name), { recursive: true })
      .map((path) => join(directory, name, String(path)))
      .filter((path) => path.endsWith(".tmp") || (name === "place" && basename(path).startsWith(".env."))),
  );
}
