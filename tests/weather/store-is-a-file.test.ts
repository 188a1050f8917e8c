/** A file where the store, or one of its folders, has a directory: said with its path and exit 74, and never our bug. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Ended, runProcess } from "@vivarium/cli/testing/run-fixture";
import { environmentKind } from "../../pybun/env/environment-record.ts";
import { viewKind } from "../../pybun/env/view.ts";
import { wheelKind } from "../../pybun/wheel/stored-wheel.ts";
import { buildWheel } from "../fixture-index/index.ts";
import { ofAll } from "./refused-run.ts";

const launcher = join(import.meta.dir, "../../vivarium/bin/vivarium");
const scratch = mkdtempSync(join(tmpdir(), "store-is-a-file-"));
const links = join(scratch, "links");

const create = ["env", "create", "--no-index", "-f", links, "left"];
const createPlaced = (home: string): readonly string[] => [...create, "--dir", join(home, "..", "placed")];

/** The place of the file below VIVARIUM_HOME (`.` is that itself), and the commands that cannot do without it. */
const rows: readonly (readonly [place: string, (home: string) => readonly string[]])[] = [
  [".", () => create],
  ["cache", () => create],
  ["cache", createPlaced],
  ["cache", () => ["env", "list"]],
  ["cache/tmp", () => create],
  ["cache/locks", () => create],
  ["cache/choices-v1", () => create],
  [`cache/${environmentKind}`, () => create],
  [`cache/${environmentKind}`, () => ["env", "list"]],
  [`cache/${viewKind}`, () => create],
  [`cache/${viewKind}`, createPlaced],
  [`cache/${wheelKind}`, () => create],
  ["cache/wheel-sets-v2", createPlaced],
  ["cache/creates-v1", createPlaced],
  ["cache/placed-v2", createPlaced],
  ["cache/placed-v2", () => ["env", "list"]],
];

let endings: ReadonlyMap<(typeof rows)[number], Ended>;

beforeAll(async () => {
  const wheel = buildWheel({ name: "left", version: "1.0" });
  mkdirSync(links);
  writeFileSync(join(links, wheel.filename), wheel.bytes);
  let count = 0;
  endings = await ofAll(rows, ([place, command]) => {
    const home = join(scratch, String(count++), "home");
    const file = join(home, place);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
    return runProcess([launcher, "pybun", ...command(home)], {
      environment: { VIVARIUM_HOME: home, PIP_CONFIG_FILE: "/dev/null" },
    });
  });
}, 60_000);

afterAll(() => rmSync(scratch, { recursive: true }));

describe("a file where there should be a directory", () => {
  for (const row of rows) {
    const [place, command] = row;
    test(`'${place}', for ${command("").slice(0, 2).join(" ")}${command("").includes("--dir") ? " --dir" : ""}`, () => {
      const { stderr, exitCode } = endings.get(row) ?? expect.unreachable();
      expect(stderr).toMatch(/^error\[E_STORE_NOT_DIRECTORY\]: cannot use '\S+': it is not a directory\n/);
      expect(stderr).toContain(`${place === "." ? "/home" : place}'`);
      expect(exitCode).toBe(74);
    });
  }
});
