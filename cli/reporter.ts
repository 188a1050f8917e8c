/** The port between a running command and the way its output looks. */
import type { Envelope } from "@vivarium/core/envelope";
import type { EventKind, VivariumEvent } from "@vivarium/core/event";

export interface Reporter {
  /** Kinds that this format leaves out take no number. */
  readonly wants: (kind: EventKind) => boolean;
  /** Each event, redacted, in order. */
  readonly event: (event: VivariumEvent) => void;
  /** The result for people. */
  readonly out: (text: string) => void;
  /** The end; called exactly once. Formats that print no envelope take from it what they need. */
  readonly finish: (envelope: Envelope) => void;
}
