/** The component of the folder filesystem, called in plain values: the same for us and for wasmtime. */
import { ComponentError } from "../../../isorun/errors/errors.ts";
import type { InstanceHandle } from "../../../isorun/runtime/instance-handle.ts";
import { builderOf, type Links } from "./instantiate.ts";

/** A name, then arguments: flags as lists of names, bytes as text, times as `no-change`, `now` or [seconds, nanoseconds]. */
export type Call = readonly [name: string, ...args: (string | number | readonly (string | number)[])[]];

export interface Probe {
  readonly instance: InstanceHandle;
  /** A result as {ok} or {err}; anything else as it is. */
  readonly call: (...call: Call) => unknown;
  /** What `ok` has. @throws Error */
  readonly ok: (...call: Call) => unknown;
  readonly err: (...call: Call) => unknown;
}

/** Its directories are open: their handles are 1, 2 and so on. */
export async function probeOf(links: Links): Promise<Probe> {
  const probe = probeInstance(await (await builderOf("filesystem", links)).instantiate());
  probe.call("get-directories");
  return probe;
}

export function probeInstance(instance: InstanceHandle): Probe {
  const call = (...[name, ...args]: Call): unknown => {
    const kinds = kindsOf(name);
    const values = args.map((arg, index) => argument(arg, kinds[index]));
    try {
      const value = plain(instance.func(name)(...values));
      return plainNames.has(name) ? value : { ok: value };
    } catch (error) {
      if (error instanceof ComponentError) return { err: plain(error.payload) };
      throw error;
    }
  };
  const side = (wanted: "ok" | "err", ...asked: Call): unknown => {
    const answer = call(...asked) as Readonly<Record<string, unknown>>; // results only
    if (!(wanted in answer)) throw new Error(`${JSON.stringify(asked)}: ${JSON.stringify(answer)}`);
    return answer[wanted];
  };
  return { instance, call, ok: (...asked) => side("ok", ...asked), err: (...asked) => side("err", ...asked) };
}

/** Those that return no result. */
const plainNames = new Set(["get-directories", "is-same-object", "error-code-of"]);

type Kind = "u64" | "bytes" | "time" | "path-flags" | "open-flags" | "descriptor-flags" | undefined;

const argumentKinds: Readonly<Record<string, readonly Kind[]>> = {
  "read-via-stream": [undefined, "u64"],
  "write-via-stream": [undefined, "u64"],
  advise: [undefined, "u64", "u64"],
  "set-size": [undefined, "u64"],
  "set-times": [undefined, "time", "time"],
  read: [undefined, "u64", "u64"],
  write: [undefined, "bytes", "u64"],
  "stat-at": [undefined, "path-flags"],
  "set-times-at": [undefined, "path-flags", undefined, "time", "time"],
  "link-at": [undefined, "path-flags"],
  "open-at": [undefined, "path-flags", undefined, "open-flags", "descriptor-flags"],
  "metadata-hash-at": [undefined, "path-flags"],
  "stream-read": [undefined, "u64"],
  "stream-read-blocking": [undefined, "u64"],
  "stream-write": [undefined, "bytes"],
  "stream-splice": [undefined, undefined, "u64"],
};

const kindsOf = (name: string): readonly Kind[] => argumentKinds[name] ?? [];

const flagNames: Readonly<Record<string, readonly string[]>> = {
  "path-flags": ["symlink-follow"],
  "open-flags": ["create", "directory", "exclusive", "truncate"],
  "descriptor-flags": [
    "read",
    "write",
    "file-integrity-sync",
    "data-integrity-sync",
    "requested-write-sync",
    "mutate-directory",
  ],
};

const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function argument(given: Call[1], kind: Kind): unknown {
  if (kind === undefined) return given;
  if (kind === "u64") return BigInt(given as number);
  if (kind === "bytes") return new TextEncoder().encode(given as string);
  if (kind === "time") return timeOf(given);
  const set = given as readonly string[];
  return Object.fromEntries((flagNames[kind] ?? []).map((name) => [camel(name), set.includes(name)]));
}

function timeOf(given: Call[1]): unknown {
  if (!Array.isArray(given)) return { tag: given };
  const [seconds = 0, nanoseconds = 0] = given.map(Number);
  return { tag: "timestamp", val: { seconds: BigInt(seconds), nanoseconds } };
}

/** Times that are not the scenario's own, and hashes, differ from run to run. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value ?? null;
  if ("tag" in value) return { [String(value.tag)]: plain("val" in value ? value.val : null) };
  if ("seconds" in value && "nanoseconds" in value) {
    return Number(value.seconds) < 1_000_000 ? [Number(value.seconds), value.nanoseconds] : "recently";
  }
  if ("lower" in value) return "hash";
  const fields = Object.entries(value);
  if (fields.every(([, part]) => typeof part === "boolean")) {
    return fields.flatMap(([name, part]) => (part ? [kebab(name)] : [])).sort();
  }
  const kept = fields.filter(([name]) => name !== "statusChangeTimestamp");
  return Object.fromEntries(kept.map(([name, part]) => [kebab(name), plain(part)]));
}
