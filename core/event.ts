/**
 * The closed union of events. An event is one line of JSON about something that happened; `core/events/` has one file
 * for each kind. This module loads all schemas: only `schema` and tests import its values, others its types.
 */
import type * as v from "valibot";
import type { EventHead, WireFields } from "./event-head.ts";
import { budgetExhausted } from "./events/budget-exhausted.ts";
import { cacheClean } from "./events/cache-clean.ts";
import { cacheVerify } from "./events/cache-verify.ts";
import { capabilityDenied } from "./events/capability-denied.ts";
import { commandFinish } from "./events/command-finish.ts";
import { componentLoad } from "./events/component-load.ts";
import { diagnostic } from "./events/diagnostic.ts";
import { downloadFinish } from "./events/download-finish.ts";
import { downloadProgress } from "./events/download-progress.ts";
import { envCreate } from "./events/env-create.ts";
import { envRemove } from "./events/env-remove.ts";
import { indexRequest } from "./events/index-request.ts";
import { installLink } from "./events/install-link.ts";
import { installUnpack } from "./events/install-unpack.ts";
import { pathRefused } from "./events/path-refused.ts";
import { policyUnenforced } from "./events/policy-unenforced.ts";
import { resolveFinish } from "./events/resolve-finish.ts";
import { resolvePackage } from "./events/resolve-package.ts";
import { resolveStart } from "./events/resolve-start.ts";
import { runExit } from "./events/run-exit.ts";
import { runOutput } from "./events/run-output.ts";
import { runStart } from "./events/run-start.ts";
import { runTruncate } from "./events/run-truncate.ts";

export const events = [
  budgetExhausted,
  cacheClean,
  cacheVerify,
  capabilityDenied,
  commandFinish,
  componentLoad,
  diagnostic,
  downloadFinish,
  downloadProgress,
  envCreate,
  envRemove,
  indexRequest,
  installLink,
  installUnpack,
  pathRefused,
  policyUnenforced,
  resolveFinish,
  resolvePackage,
  resolveStart,
  runExit,
  runOutput,
  runStart,
  runTruncate,
] as const;

type Definition = (typeof events)[number];

export type EventKind = Definition["kind"];

/** The fields that only this kind has; the common ones are in `event-head.ts`. */
export type EventFields = { [D in Definition as D["kind"]]: v.InferOutput<D["fields"]> };

export type VivariumEvent = {
  [K in EventKind]: EventHead & { readonly kind: K } & WireFields<EventFields[K]>;
}[EventKind];
