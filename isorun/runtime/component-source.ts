/** Where the bytes of a component come from: they are given, or read from a file, or fetched. */
import { argumentError } from "../../core/argument-error.ts";
import { nameOf } from "../call/check-value.ts";
import { isGone } from "../call/numeric-array.ts";
import { UnsupportedError } from "../errors/errors.ts";

const fetched = new Set(["http:", "https:", "data:", "blob:"]);

/**
 * Bytes that nobody else writes to. They have not the ways of a Buffer, whose parts cost several times as much.
 * @throws TypeError (`invalid-argument`), what the system says of a file or `fetch` of a URL, an Error `http-status`
 */
export async function bytesOf(source: unknown): Promise<Uint8Array> {
  if (isGone(source)) throw unsupported(source);
  if (source instanceof Uint8Array) return new Uint8Array(source);
  if (typeof source === "string") return readFile(requirePath(source));
  if (!(source instanceof URL)) throw unsupported(source);
  if (source.protocol === "file:") return readFile(source);
  if (fetched.has(source.protocol)) return fetchBytes(source);
  throw argumentError(`${supported}, found one of '${source.protocol}'`);
}

const unsupported = (source: unknown): Error => argumentError(`${supported}, found ${nameOf(source)}`);

const supported =
  "a component is loaded from bytes (a Uint8Array), a path, or a URL (of file:, http:, https:, data: or blob:)";

/** A string is a path, whatever it looks like: nothing is fetched because of a file's name. */
function requirePath(path: string): string {
  const [scheme] = /^(?:https?|file):\/\//i.exec(path) ?? [];
  if (scheme === undefined) return path;
  throw argumentError(`a string is the path of a file: pass what begins with '${scheme}' as a URL object, new URL(…)`);
}

/** The page that comes with a refusal is no component, and nobody is to be told that it is a broken one. */
async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  // A password in the URL is nobody's business.
  const place = `${url.origin}${url.pathname}`;
  throw Object.assign(new Error(`cannot load '${place}': the server answered ${response.status}`), {
    code: "http-status",
  });
}

async function readFile(source: string | URL): Promise<Uint8Array> {
  const process = Reflect.get(globalThis, "process") as { getBuiltinModule?(name: string): unknown } | undefined;
  const files = process?.getBuiltinModule?.("node:fs/promises") as {
    readFile(path: string | URL): Promise<Uint8Array>;
  };
  if (files === undefined) throw new UnsupportedError("reading files in this environment");
  const { buffer, byteOffset, length } = await files.readFile(source);
  return new Uint8Array(buffer, byteOffset, length);
}
