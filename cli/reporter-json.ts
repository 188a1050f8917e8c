/**
 * `--format=json`: exactly one envelope on stdout, at the end, one line, whatever that end is. Left out are
 * `download.progress`, which is out of date once the command is over, and `command.finish`, which the envelope itself is.
 */
import type { VivariumEvent } from "@vivarium/core/event";
import { eventWithExcerpts, withExcerpts } from "./excerpt.ts";
import type { Stream } from "./host.ts";
import type { Reporter } from "./reporter.ts";

export function jsonReporter(stdout: Stream): Reporter {
  const events: VivariumEvent[] = [];
  return {
    wants: (kind) => kind !== "download.progress" && kind !== "command.finish",
    event: (event) => void events.push(eventWithExcerpts(event)),
    out: () => undefined,
    finish: (envelope) => {
      const diagnostics = envelope.diagnostics.map(withExcerpts);
      stdout.write(`${JSON.stringify({ ...envelope, events, diagnostics })}\n`);
    },
  };
}
