/**
 * The store of components while the disk is full and while its writer is killed: each load gives the right component,
 * the next one repairs what is missing, and nothing is left that is half.
 */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mathText } from "../../isorun/commands/testing/components.ts";
import { hostPython } from "../../tools/oracles.ts";
import { assembleFiles } from "../components/assemble.ts";
import { runProgram } from "../run/run-scene.ts";
import { type DiskCall, type TracePlace, traceCommand } from "./kill-at-calls.ts";
import { runWithMount } from "./run-with-mount.ts";
import { leftovers } from "./weather-scene.ts";

let directory = "";
let store = "";
let command: readonly string[] = [];

beforeEach(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "component-store-")));
  store = join(directory, "store");
  const file = (await assembleFiles([mathText]))(mathText);
  command = [process.execPath, join(import.meta.dir, "load-component.ts"), file, store];
}, 120_000);

afterEach(() => rmSync(directory, { recursive: true }));

interface Loaded {
  readonly known: readonly boolean[];
  readonly results: readonly unknown[];
}

const environment = { LANG: "C.UTF-8", PATH: "/usr/bin:/bin" };

const loadedOf = (line: string): Loaded => JSON.parse(line) as Loaded; // as load-component.ts prints it

async function load(): Promise<Loaded> {
  const { exitCode, stdout, stderr } = await runProgram(command, { env: environment });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return loadedOf(stdout);
}

test("SIGKILL at each call that changes the disk", async () => {
  const { results } = await load();
  rmSync(store, { recursive: true });
  const place: TracePlace = { directory, environment, python: hostPython().path, roots: [store] };
  const { calls } = await traceCommand(place, command);
  const renamed = calls.filter(({ does }) => does.startsWith("rename "));
  expect(renamed.map(({ does }) => /isorun-\w+/.exec(does)?.[0])).toEqual(["isorun-components", "isorun-modules"]);
  const killAt = async (call: DiskCall): Promise<void> => {
    rmSync(store, { recursive: true, force: true });
    const run = await traceCommand(place, command, { call, signal: "SIGKILL" });
    expect({ call, killed: run.signalled, exitCode: run.exitCode }).toEqual({ call, killed: true, exitCode: 137 });
    expect((await load()).results).toEqual(results);
    expect(leftovers(store)).toEqual([]);
    expect(await load()).toEqual({ known: [true, true], results });
  };
  for (const call of calls) await killAt(call);
}, 60_000);

/** What is left of 20 names and 256 pages of 4096 bytes: two entries would take a page and three names each, and `tmp`. */
const rooms: readonly { readonly names: number; readonly pages: number }[] = [
  ...[0, 1, 2, 3, 4, 5, 6].map((names) => ({ names, pages: 100 })),
  ...[0, 1].map((pages) => ({ names: 10, pages })),
];

test.each(rooms)(
  "a disk that is full in the middle: names left $names, pages left $pages",
  async ({ names, pages }) => {
    const { results } = await load();
    rmSync(store, { recursive: true });
    mkdirSync(store);
    const run = command.map((word) => `"${word}"`).join(" ");
    const left = `find "${store}"/tmp/* "${store}"/trash/* 2>/dev/null >&3 || true`;
    const entries = `echo; (cd "${store}" && find . -name kept | sort)`;
    const ballast = join(store, "ballast");
    const taken = Array.from({ length: 19 - names }, (_, place) => `"${ballast}${place}"`).join(" ");
    const fill = `touch ${taken}; head -c ${(256 - pages) * 4096} /dev/zero >"${ballast}0"`;
    const mount = `mount -t tmpfs -o size=1m,nr_inodes=20 tmpfs "${store}"; ${fill}`;
    const script = `exec 3>&2; ${run}; ${left}; ${entries}; rm ${taken}; ${run}; ${left}; ${run}`;
    const { exitCode, stdout, stderr } = await runWithMount(mount, script, { env: environment });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
    const [full, again, last] = lines.map(loadedOf);
    expect([full?.results, again?.results, last?.results]).toEqual([results, results, results]);
    // On the full disk there was no room for both.
    expect(stdout.match(/kept$/gm)?.length ?? 0).toBeLessThan(2);
    expect({ first: full?.known[0], last: last?.known }).toEqual({ first: false, last: [true, true] });
  },
  20_000,
);
