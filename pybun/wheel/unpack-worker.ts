/** The entry of an unpacking worker: one request after the other, in the order in which they come. */
import { unpackWheel } from "./unpack.ts";
import { encodeFailure, type UnpackReply, type UnpackRequest } from "./unpack-message.ts";

declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<UnpackRequest>) => {
  self.postMessage(answer(data));
};

function answer({ id, task }: UnpackRequest): UnpackReply {
  try {
    return { id, kind: "done", summary: unpackWheel(task) };
  } catch (error) {
    return encodeFailure(id, error);
  }
}
