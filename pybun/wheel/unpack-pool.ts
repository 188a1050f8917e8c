/**
 * The workers that unpack: as many as there are processors, at most four, started when the first wheel comes. Each
 * takes one task at a time. An idle worker does not keep the process alive.
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

const slotsMax = Math.min(Math.max(availableParallelism(), 1), 4);
const slots: Slot[] = [];
const queue: Waiting[] = [];
let nextId = 0;

/** Starts the workers, so that they are ready when the first archive has arrived. */
export function startUnpackers(): void {
  while (slots.length < slotsMax) slots.push(startSlot());
}

/**
 * Unpacks in a worker. Of what waits, the largest archive goes first: begun last, it would keep one worker busy long
 * after the others have nothing left to do. Rejects as `unpackWheel` throws.
 */
export function unpackInWorker(task: UnpackTask, archiveBytes: number): Promise<WheelSummary> {
  return new Promise((resolve, reject) => {
    queue.push({ task, archiveBytes, resolve, reject });
    startUnpackers();
    assign();
  });
}

/** Ends the workers; tests use it so that nothing outlives them. */
export function stopUnpackers(): void {
  for (const slot of slots.splice(0)) slot.worker.terminate();
}

function assign(): void {
  for (const slot of slots) {
    if (slot.current !== undefined) continue;
    const next = takeLargest();
    if (next === undefined) return;
    slot.current = next;
    slot.worker.ref();
    slot.worker.postMessage({ id: nextId++, task: next.task } satisfies UnpackRequest);
  }
}

function takeLargest(): Waiting | undefined {
  let largest = 0;
  for (const [at, { archiveBytes }] of queue.entries()) {
    if (archiveBytes > (queue[largest]?.archiveBytes ?? 0)) largest = at;
  }
  return queue.splice(largest, 1)[0];
}

function startSlot(): Slot {
  const worker = new Worker(workerUrl(), { ref: false });
  const slot: Slot = { worker, current: undefined };
  worker.onmessage = ({ data }: MessageEvent<UnpackReply>) => {
    const done = slot.current;
    slot.current = undefined;
    worker.unref();
    if (data.kind === "done") done?.resolve(data.summary);
    else done?.reject(decodeFailure(data));
    assign();
  };
  worker.onerror = (event) => {
    slots.splice(slots.indexOf(slot), 1);
    worker.terminate();
    slot.current?.reject(new Error(`an unpacking worker ended: ${event.message}`));
    assign();
  };
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
