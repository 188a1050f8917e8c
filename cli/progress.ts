/** What is under way, on stderr. See `openProgress`. */
import type { EventKind } from "@vivarium/core/event";
import type { Paint } from "./colors.ts";
import type { Host } from "./host.ts";

export interface Progress {
  readonly observe: (kind: EventKind, fields: unknown) => void;
  readonly aside: (write: () => void) => void;
  readonly close: () => void;
}

export function openProgress(_options: { host: Host; verbosity: -1 | 0 | 1; paint: Paint }): Progress {
  return { observe: () => undefined, aside: (write) => write(), close: () => undefined };
}
