/**
 * What is under way, as data, and the lines that show it. Pure: observations and a clock in, lines out; `progress.ts`
 * draws them.
 */
import type { EventFields, EventKind } from "@vivarium/core/event";
import type { Paint } from "./colors.ts";
import { printableLine } from "./printable.ts";
import { formatBytes, formatTimeLeft } from "./quantities.ts";

/** A report before it is an event. */
export type Observation = { [K in EventKind]: { readonly kind: K; readonly fields: EventFields[K] } }[EventKind];

interface Transfer {
  done: number;
  total: number | undefined;
}

export interface ProgressModel {
  stage: "idle" | "resolving" | "installing";
  requests: number;
  unpacked: number;
  readonly active: Map<string, Transfer>;
  finishedFiles: number;
  finishedBytes: number;
  /** Bytes that had arrived at some times of the last seconds, oldest first; the rate is their slope. */
  readonly samples: { readonly timeMs: number; readonly bytes: number }[];
}

export const createProgressModel = (): ProgressModel => ({
  stage: "idle",
  requests: 0,
  unpacked: 0,
  active: new Map(),
  finishedFiles: 0,
  finishedBytes: 0,
  samples: [],
});

/** Long enough to smooth bursts, short enough to follow a change of speed. */
const windowMs = 3_000;

export function observe(model: ProgressModel, { kind, fields }: Observation, nowMs: number): void {
  if (kind === "resolve.start") model.stage = "resolving";
  else if (kind === "index.request") model.requests++;
  else if (kind === "resolve.finish") model.stage = "installing";
  else if (kind === "install.unpack") model.unpacked++;
  else if (kind === "env.create" || kind === "run.start") model.stage = "idle";
  else if (kind === "download.progress") {
    model.active.set(fields.name, { done: fields.bytes_done, total: fields.bytes_total });
    sample(model, nowMs);
  } else if (kind === "download.finish") {
    model.active.delete(fields.name);
    model.finishedFiles++;
    model.finishedBytes += fields.bytes;
    sample(model, nowMs);
  }
}

function sample(model: ProgressModel, timeMs: number): void {
  model.samples.push({ timeMs, bytes: arrivedBytes(model) });
  while ((model.samples[0]?.timeMs ?? timeMs) < timeMs - windowMs) model.samples.shift();
}

function arrivedBytes({ active, finishedBytes }: ProgressModel): number {
  let bytes = finishedBytes;
  for (const { done } of active.values()) bytes += done;
  return bytes;
}

/** Bytes a second over the last seconds; undefined while there is too little to tell. */
export function rateOf({ samples }: ProgressModel, nowMs: number): number | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || nowMs - first.timeMs < 200) return undefined;
  return ((last.bytes - first.bytes) * 1_000) / (nowMs - first.timeMs);
}

export interface Look {
  readonly nowMs: number;
  readonly width: number;
  readonly paint: Paint;
}

const barsMax = 3;

/** One line that sums up, then a bar for each of the largest downloads; none where nothing is under way. */
export function progressLines(model: ProgressModel, look: Look): string[] {
  const summary = summaryLine(model, { nowMs: look.nowMs, width: look.width - 1 });
  if (summary === undefined) return [];
  const active = [...model.active].sort(([, a], [, b]) => remaining(b) - remaining(a));
  const largest = active.slice(0, barsMax).map(([name, transfer]) => [shortName(name), transfer] as const);
  const label = Math.max(0, ...largest.map(([name]) => Math.min(name.length, 24, Math.floor(look.width / 3))));
  const [verb = "", ...rest] = clip(summary, look.width - 1).split(" ");
  const head = [look.paint.bold(look.paint.cyan(verb)), ...rest].join(" ");
  return [head, ...largest.map(([name, transfer]) => barLine(name, transfer, { ...look, label }))];
}

/** A wheel's name and version say enough: tags only push the bar away. */
const shortName = (name: string): string => printableLine(name).replace(/^([^-]+)-([^-]+)-.*\.whl$/, "$1 $2");

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const remaining = ({ done, total }: Transfer): number => (total === undefined ? 0 : total - done);

/** The summary alone, for logs; shorter where there is less room. */
export function summaryLine(
  model: ProgressModel,
  { nowMs, width = Infinity }: { readonly nowMs: number; readonly width?: number },
): string | undefined {
  if (model.active.size > 0) return downloadSummary(model, { nowMs, width });
  if (model.stage === "resolving") return `Resolving (${plural(model.requests, "answer")} from the index)`;
  return model.stage === "installing" && model.unpacked > 0
    ? `Installing (${plural(model.unpacked, "wheel")} unpacked)`
    : undefined;
}

function downloadSummary(model: ProgressModel, { nowMs, width }: { nowMs: number; width: number }): string {
  const arrived = arrivedBytes(model);
  let left = 0;
  for (const transfer of model.active.values()) left += remaining(transfer);
  const rate = rateOf(model, nowMs);
  const files = model.active.size + model.finishedFiles;
  const count = `Downloading ${plural(files, "file")}`;
  const amount = `${formatBytes(arrived)} of ${formatBytes(arrived + left)}`;
  const speed = rate === undefined ? [] : [`${formatBytes(rate)}/s`];
  const time = rate === undefined || rate === 0 || left === 0 ? [] : [`${formatTimeLeft((left / rate) * 1_000)} left`];
  // What a person wants to know most goes last.
  const forms = [[count, amount, ...speed, ...time], [count, amount, ...time], [count, ...time], [count]];
  return forms.map((parts) => parts.join(", ")).find((line) => line.length <= width) ?? count;
}

function barLine(name: string, { done, total }: Transfer, look: Look & { readonly label: number }): string {
  const { paint, label, width } = look;
  const amount = total === undefined ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`;
  const room = Math.min(30, width - label - amount.length - 7);
  const title = `  ${clip(name, label).padEnd(label)}`;
  if (total === undefined || room < 6) return clip(`${title}  ${amount}`, width - 1);
  const filled = Math.round(room * Math.min(1, done / Math.max(1, total)));
  return `${title}  ${paint.green("━".repeat(filled))}${paint.dim("╌".repeat(room - filled))}  ${amount}`;
}

/** Cut lines are better than wrapped ones: a wrapped line could not be wiped. */
const clip = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
