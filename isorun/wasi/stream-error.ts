/** `stream-error` of wasi:io/streams, as host functions throw it, and the resource of wasi:io/error in it. */
import { ComponentError } from "../errors/errors.ts";

/** The value of an `error` resource. */
export class IoError {
  /** What the guest may read: nothing that only the host should know. */
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** The stream has ended, or nobody takes what is written. */
export const streamClosed = (): ComponentError => new ComponentError({ tag: "closed" });

export const streamFailed = (error: IoError): ComponentError =>
  new ComponentError({ tag: "last-operation-failed", val: error });

export const isStreamFailure = (error: unknown): boolean => {
  const payload = error instanceof ComponentError ? error.payload : undefined;
  return typeof payload === "object" && payload !== null && "tag" in payload && payload.tag === "last-operation-failed";
};
