/** The entry of an unpacking worker: one request after the other, in the order in which they come. */
import { unpackWheel } from "./unpack.ts";
import { encodeFailure, type UnpackReply, type UnpackRequest } from "./unpack-message.ts";

declare const self: Worker;

self.onmessage = async ({ data }: MessageEvent<UnpackRequest>) => {
  const { id, task } = data;
  const reply = await unpackWheel(task).then(
    (summary): UnpackReply => ({ id, kind: "done", summary }),
    (error: unknown) => encodeFailure(id, error),
  );
  self.postMessage(reply);
};
