/** Whatever becomes of its workers, the pool settles every task. */
import { afterEach, expect, test } from "bun:test";
import { createUnpackPool, stopUnpackers, unpackInWorker } from "./unpack-pool.ts";

const pools: ReturnType<typeof createUnpackPool>[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) stopUnpackers(pool);
});

/** A pool of two, whose workers are started by `openWorker`. */
function poolOf(openWorker: () => Worker) {
  const pool = createUnpackPool({ openWorker, slotsMax: 2 });
  pools.push(pool);
  return pool;
}

function workerRunning(code: string): Worker {
  return new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })), { ref: false });
}

const task = (file: string) => ({ archivePath: "", file, directory: "" });

/** What came of each task: the name in its answer, or the message of its failure. */
function outcomes(pool: ReturnType<typeof createUnpackPool>, files: readonly string[]): Promise<readonly string[]> {
  const told = (file: string) =>
    unpackInWorker(task(file), { archiveBytes: 1, pool }).then(
      ({ name }) => name,
      (error: Error) => error.message,
    );
  return Promise.all(files.map(told));
}

const answer = "self.postMessage({ id: data.id, kind: 'done', summary: { name: data.task.file } })";
const sixFiles = ["a", "b", "c", "d", "e", "f"];

test.each([
  ["throw when they are asked", "self.onmessage = () => { throw new Error('broken'); };", "broken"],
  ["throw when they are loaded", "throw new Error('broken');", "broken"],
  ["exit", "self.onmessage = () => process.exit(3);", "it exited"],
])("workers that %s take their tasks along, and leave none behind", async (_, code, reason) => {
  const said = await outcomes(
    poolOf(() => workerRunning(code)),
    sixFiles,
  );
  expect(said).toHaveLength(6);
  for (const one of said) expect(one).toMatch(new RegExp(`^an unpacking worker ended: .*${reason}`));
});

test("a worker that ends is replaced, and takes no other along", async () => {
  const code = `self.onmessage = ({ data }) => { if (data.task.file === 'bad') throw new Error('broken'); ${answer}; };`;
  const pool = poolOf(() => workerRunning(code));
  expect(await outcomes(pool, ["a", "bad", "b", "bad", "c"])).toEqual([
    "a",
    expect.stringContaining("broken"),
    "b",
    expect.stringContaining("broken"),
    "c",
  ]);
  expect(await outcomes(pool, ["d", "e"])).toEqual(["d", "e"]);
});

test("where no worker can be started all tasks are told, and the next ones try again", async () => {
  let isRefused = true;
  const pool = poolOf(() => {
    if (isRefused) throw new Error("no more threads");
    return workerRunning(`self.onmessage = ({ data }) => { ${answer}; };`);
  });
  expect(await outcomes(pool, ["a", "b", "c"])).toEqual(Array(3).fill("no more threads"));
  isRefused = false;
  expect(await outcomes(pool, ["a", "b", "c"])).toEqual(["a", "b", "c"]);
});

test("where only some workers can be started, they do all the work", async () => {
  let started = 0;
  const pool = poolOf(() => {
    if (started++ > 0) throw new Error("no more threads");
    return workerRunning(`self.onmessage = ({ data }) => { ${answer}; };`);
  });
  expect(await outcomes(pool, ["a", "b", "c"])).toEqual(["a", "b", "c"]);
});

test("stopping rejects what is under way and what waits", async () => {
  const pool = poolOf(() => workerRunning("self.onmessage = () => {};"));
  const said = outcomes(pool, ["a", "b", "c"]);
  stopUnpackers(pool);
  expect(await said).toEqual(Array(3).fill("unpacking was stopped"));
});
