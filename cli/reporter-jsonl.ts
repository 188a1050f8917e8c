/**
 * `--format=jsonl`: each event on a line of stdout as it happens. The last line is `command.finish`, which carries the
 * status, the exit code and the result; a reader that did not get it knows that the stream was cut off.
 */
import { eventWithExcerpts } from "./excerpt.ts";
import type { Stream } from "./host.ts";
import type { Reporter } from "./reporter.ts";

export function jsonlReporter(stdout: Stream): Reporter {
  return {
    wants: () => true,
    event: (event) => stdout.write(`${JSON.stringify(eventWithExcerpts(event))}\n`),
    out: () => undefined,
    finish: () => undefined,
  };
}
