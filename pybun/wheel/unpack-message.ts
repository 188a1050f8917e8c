import { Problem } from "@vivarium/core/diagnostic";
import { errnoOf } from "@vivarium/core/store/io-problem";
import type { WheelSummary } from "./manifest.ts";
import type { UnpackTask } from "./unpack.ts";

/** From the pool to a worker. */
export interface UnpackRequest {
  readonly id: number;
  readonly task: UnpackTask;
}

/** From a worker to the pool. Errors travel as data, because a structured clone loses their fields. */
export type UnpackReply = { readonly id: number } & (
  | { readonly kind: "done"; readonly summary: WheelSummary }
  | { readonly kind: "problem"; readonly code: string; readonly params: unknown; readonly cause?: string }
  | { readonly kind: "system"; readonly errno: string; readonly message: string; readonly path?: string }
  | { readonly kind: "bug"; readonly message: string }
);

export function encodeFailure(id: number, error: unknown): UnpackReply {
  if (error instanceof Problem) {
    const cause = error.cause instanceof Error ? { cause: error.cause.message } : {};
    return { id, kind: "problem", code: error.code, params: error.params, ...cause };
  }
  const errno = errnoOf(error);
  if (error instanceof Error && errno !== undefined) {
    const path = "path" in error && typeof error.path === "string" ? { path: error.path } : {};
    return { id, kind: "system", errno, message: error.message, ...path };
  }
  return { id, kind: "bug", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** The error as the worker threw it: a problem, a failed system call, or our own bug. */
export function decodeFailure(reply: Exclude<UnpackReply, { kind: "done" }>): Error {
  switch (reply.kind) {
    case "problem":
      return new Problem(reply.code, reply.params, reply.cause === undefined ? {} : { cause: new Error(reply.cause) });
    case "system":
      return Object.assign(new Error(reply.message), {
        code: reply.errno,
        ...(reply.path === undefined ? {} : { path: reply.path }),
      });
    case "bug":
      return new Error(`unpacking failed by our own fault: ${reply.message}`);
  }
}
