/**
 * `--format=text`: the result on stdout; problems, and with -v every event, on stderr. Nothing is kept, and events that
 * nobody will see are not even made.
 */

import type { VivariumEvent } from "@vivarium/core/event";
import type { EventHead } from "@vivarium/core/event-head";
import { redactUrls } from "@vivarium/core/redact";
import type { Paint } from "./colors.ts";
import { formatDiagnostic } from "./diagnostic-text.ts";
import type { Host } from "./host.ts";
import { printableLine } from "./printable.ts";
import type { Reporter } from "./reporter.ts";

export interface TextReporterOptions {
  readonly host: Host;
  readonly verbosity: -1 | 0 | 1;
  readonly redactText: (text: string) => string;
  /** For stderr. */
  readonly paint: Paint;
  /** Called around each write, so that progress lines make room. */
  readonly aside: (write: () => void) => void;
}

export function textReporter({ host, verbosity, paint, redactText, aside }: TextReporterOptions): Reporter {
  const event = (happened: VivariumEvent): void => {
    if (happened.kind !== "diagnostic") {
      aside(() => host.stderr.write(`${formatEvent(happened, paint)}\n`));
    } else if (verbosity >= 0 || happened.diagnostic.level === "error") {
      const text = formatDiagnostic(happened.diagnostic, { paint, cwd: host.cwd, redactText });
      aside(() => host.stderr.write(text));
    }
  };
  return {
    wants: (kind) =>
      kind === "diagnostic" || (verbosity > 0 && kind !== "download.progress" && kind !== "command.finish"),
    event,
    // Commands print what they were given, requirements with their URLs too: here is the one way to stdout.
    out: (text) => aside(() => host.stdout.write(redactUrls(text))),
    finish: () => undefined,
  };
}

const head: ReadonlySet<string> = new Set<keyof EventHead | "kind">([
  "version",
  "time",
  "seq",
  "trace_id",
  "span_id",
  "parent_span_id",
  "kind",
]);

/** `resolve.package name=requests version=2.32.3`. */
function formatEvent(event: VivariumEvent, paint: Paint): string {
  const fields = Object.entries(event).filter(([name]) => !head.has(name));
  const words = fields.map(([name, value]) => `${paint.dim(`${name}=`)}${formatField(value)}`);
  return [paint.cyan(event.kind), ...words].join(" ");
}

const formatField = (value: unknown): string =>
  printableLine(typeof value === "string" && /^[^\s"]+$/.test(value) ? value : (JSON.stringify(value) ?? ""));
