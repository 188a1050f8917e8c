/** Wheels by path and URL with extras and markers: what pip and uv take, on the command line and in files. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { buildWheel } from "../../tests/fixture-index/index.ts";
import { openRunScene, type RunScene } from "../../tests/run/run-scene.ts";

let scene: RunScene;
const wheel = buildWheel({ name: "local", version: "1.0", extras: ["more"], requires: ['beta; extra == "more"'] });
const none = 'python_version < "3"';

beforeAll(async () => {
  scene = await openRunScene();
  scene.write(`wheels/${wheel.filename}`, wheel.bytes);
});
afterAll(() => scene.close());

const at = (place: string): string => `${place}${wheel.filename}`;

/** Names of the pins; the exit code and the first line of a failure. */
async function pinned(...words: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await scene.pybun(["resolve", ...words]);
  if (exitCode !== 0) return `${exitCode} ${stderr.split("\n", 1)[0]}`;
  return stdout.match(/^[a-z]+/gm)?.join(" ") ?? "";
}

test.each([
  [`./wheels/WHEEL[more]`, "beta local"],
  [`./wheels/WHEEL ; python_version > "3"`, "local"],
  [`./wheels/WHEEL;${none}`, ""],
  [`https://example.com/foo-1.0-cp310-cp310-win_amd64.whl; ${none}`, ""],
  [`https://example.com/foo-1.0.tar.gz ; ${none}`, ""],
  [`git+https://example.com/foo ; ${none}`, ""],
  [`file://DIR/wheels/WHEEL#egg=local ; python_version > "3"`, "local"],
  [`file://DIR/wheels/WHEEL#sha256=HASH&egg=local[more]; python_version > "3"`, "beta local"],
  [`file:wheels/WHEEL`, "local"],
  [`local[more] @ file:wheels/WHEEL`, "beta local"],
  [`local @ ./wheels/WHEEL`, "local"],
])("%s", async (written, expected) => {
  const sha256 = new Bun.CryptoHasher("sha256").update(wheel.bytes).digest("hex");
  const text = written.replace("WHEEL", wheel.filename).replace("DIR", scene.directory).replace("HASH", sha256);
  expect(await pinned(text)).toBe(expected);
  // A path counts from where the command runs, wherever the file is.
  scene.write("deep/wish.txt", `${text}\n`);
  expect(await pinned("-r", "deep/wish.txt")).toBe(expected);
});

test("a marker without its blank is told as that", async () => {
  expect(await pinned(`https://example.com/${wheel.filename};${none}`)).toContain(
    "a blank must stand between the URL and ';' at column",
  );
});

test("hashes of a line belong to its wheel", async () => {
  scene.write("hashed.txt", `${at("./wheels/")} ; python_version > "3" --hash=sha256:${"0".repeat(64)}\n`);
  expect(await pinned("-r", "hashed.txt")).toMatch(/^(?:65|76) error\[E_/);
});

test("env create takes them, and env path finds what it made", async () => {
  const made = await scene.pybun(["env", "create", `${at("./wheels/")}[more] ; python_version > "3"`]);
  expect(made.exitCode).toBe(0);
  const found = await scene.pybun(["env", "path", `${at("./wheels/")}[more] ; python_version > "3"`]);
  expect(found).toEqual({ exitCode: 0, stdout: made.stdout, stderr: "" });
}, 30_000);
