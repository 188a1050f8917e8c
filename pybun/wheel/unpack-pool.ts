/**
 * The workers that unpack: as many as there are processors, at most four, started when the first wheel comes. Each
 * takes one task at a time. An idle worker does not keep the process alive.
 *
 * Every task settles. A worker that ends takes the task in its hands along, and another takes its place as long as tasks
 * wait; each end costs one task, so workers that cannot live at all use the queue up instead of being replaced forever.
 */
import { availableParallelism } from "node:os";
import type { WheelSummary } from "./manifest.ts";
import type { UnpackTask } from "./unpack.ts";
import { decodeFailure, type UnpackReply, type UnpackRequest } from "./unpack-message.ts";

interface Waiting {
  readonly task: UnpackTask;
  readonly archiveBytes: number;
  readonly resolve: (summary: WheelSummary) => void;
  readonly reject: (error: unknown) => void;
}

interface Slot {
  readonly worker: Worker;
  current: Waiting | undefined;
}

interface PoolSetting {
  /** May throw, where the system refuses another thread. */
  readonly openWorker: () => Worker;
  readonly slotsMax: number;
}

interface UnpackPool extends PoolSetting {
  readonly slots: Set<Slot>;
  readonly queue: Waiting[];
  nextId: number;
}

export function createUnpackPool(setting: PoolSetting): UnpackPool {
  return { ...setting, slots: new Set(), queue: [], nextId: 0 };
}

const shared = createUnpackPool({
  openWorker: () => new Worker(workerUrl(), { ref: false }),
  slotsMax: Math.min(Math.max(availableParallelism(), 1), 4),
});

/**
 * Starts the workers, so that they are ready when the first archive has arrived. What refuses a worker now will do so
 * again when there is a task that can be told.
 */
export function startUnpackers(): void {
  fillSlots(shared);
}

/**
 * Unpacks in a worker. Of what waits, the largest archive goes first: begun last, it would keep one worker busy long
 * after the others have nothing left to do. Rejects as `unpackWheel` throws, and when the worker ends.
 */
export function unpackInWorker(
  task: UnpackTask,
  { archiveBytes, pool = shared }: { readonly archiveBytes: number; readonly pool?: UnpackPool },
): Promise<WheelSummary> {
  return new Promise((resolve, reject) => {
    pool.queue.push({ task, archiveBytes, resolve, reject });
    work(pool);
  });
}

/** Ends the workers, and rejects what was not done. Tests use it so that nothing outlives them. */
export function stopUnpackers(pool = shared): void {
  const ended = new Error("unpacking was stopped");
  for (const { reject } of pool.queue.splice(0)) reject(ended);
  for (const slot of pool.slots) {
    pool.slots.delete(slot);
    slot.worker.terminate();
    slot.current?.reject(ended);
  }
}

function work(pool: UnpackPool): void {
  if (pool.queue.length === 0) return;
  const { refusal } = fillSlots(pool);
  // Where a worker is left, what waits will come to it: nothing has failed yet.
  if (pool.slots.size === 0) for (const { reject } of pool.queue.splice(0)) reject(refusal);
  assign(pool);
}

/** `refusal`: why there are fewer workers than wanted. */
function fillSlots(pool: UnpackPool): { readonly refusal?: unknown } {
  try {
    while (pool.slots.size < pool.slotsMax) pool.slots.add(startSlot(pool));
    return {};
  } catch (refusal) {
    return { refusal };
  }
}

function assign(pool: UnpackPool): void {
  for (const slot of pool.slots) {
    if (slot.current !== undefined) continue;
    const next = takeLargest(pool.queue);
    if (next === undefined) return;
    slot.current = next;
    slot.worker.ref();
    slot.worker.postMessage({ id: pool.nextId++, task: next.task } satisfies UnpackRequest);
  }
}

function takeLargest(queue: Waiting[]): Waiting | undefined {
  let largest = 0;
  for (const [at, { archiveBytes }] of queue.entries()) {
    if (archiveBytes > (queue[largest]?.archiveBytes ?? 0)) largest = at;
  }
  return queue.splice(largest, 1)[0];
}

function startSlot(pool: UnpackPool): Slot {
  const worker = pool.openWorker();
  const slot: Slot = { worker, current: undefined };
  worker.onmessage = ({ data }: MessageEvent<UnpackReply>) => {
    const done = slot.current;
    slot.current = undefined;
    worker.unref();
    if (data.kind === "done") done?.resolve(data.summary);
    else done?.reject(decodeFailure(data));
    assign(pool);
  };
  // An uncaught error is told as `error` and then as `close`; a worker that exits, as `close` only.
  const retire = (reason: string): void => {
    if (!pool.slots.delete(slot)) return;
    worker.terminate();
    slot.current?.reject(new Error(`an unpacking worker ended: ${reason}`));
    work(pool);
  };
  worker.onerror = (event) => retire(event.message);
  worker.addEventListener("close", () => retire("it exited"));
  return slot;
}

/**
 * In the executable, `npm run build` makes each worker an entry point of its own, which keeps its path below the virtual
 * root; this module is then a part of some chunk that lies at that root.
 */
function workerUrl(): URL {
  const isBundled = /\/(?:\$bunfs|~BUN)\//.test(import.meta.url);
  return new URL(isBundled ? "./pybun/wheel/unpack-worker.js" : "./unpack-worker.ts", import.meta.url);
}
