/** One index as a person writes it: `URL`, `NAME=URL`, or a directory. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Environment } from "@vivarium/core/paths";
import { redactAddress, redactPlace } from "@vivarium/core/redact";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { reasonOf } from "@vivarium/core/system-reason";
import { decodePart } from "./credentials.ts";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { Credentials, IndexLocation } from "./index-config.ts";
import { pathOfUrl } from "./url-path.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface GivenLocation {
  readonly text: string;
  readonly source: string;
}

/**
 * Splits user information off. Credentials of a named index's variables win over those in its URL.
 * @throws E_INDEX_CONFIG for what is no address, and for a directory that is not there: an index that is absent by
 * mistake would pass for one that knows no project.
 */
export function readLocation(
  { text, source }: GivenLocation,
  { environment, cwd }: { environment: Environment; cwd?: string },
): { index: IndexLocation; login: Credentials | undefined } {
  const [, name, address = text] = /^([A-Za-z0-9][\w.-]*)=(.+)$/.exec(text) ?? [];
  const url = isDirectoryPath(address) ? Bun.pathToFileURL(resolve(cwd ?? ".", address)) : URL.parse(address);
  if (url === null) {
    throw problem("E_INDEX_CONFIG", { source, reason: `'${redactAddress(address)}' is neither a URL nor a directory` });
  }
  const reason = faultOf(url, address);
  if (reason !== undefined) throw problem("E_INDEX_CONFIG", { source, reason });
  const login = (name === undefined ? undefined : loginOfVariables(name, environment)) ?? loginOfUrl(url);
  url.username = "";
  url.password = "";
  url.hash = "";
  const index = { url: url.href.replace(/\/+$/, ""), source, ...(name === undefined ? {} : { name }) };
  return { index, login };
}

function faultOf(url: URL, written: string): string | undefined {
  if (/^https?:$/.test(url.protocol)) return undefined;
  if (url.protocol !== "file:") {
    return `'${redactAddress(url.href)}' is a URL of '${url.protocol}', and an index is at https:, http: or file:`;
  }
  const found = pathOfUrl(url);
  if ("reason" in found) return `'${redactAddress(url.href)}' has no path: ${found.reason}`;
  return faultOfDirectory(found.path, redactPlace(written, found.path));
}

function faultOfDirectory(path: string, shown: string): string | undefined {
  const absent = `the directory '${shown}' does not exist`;
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) return absent;
    return status.isDirectory() ? undefined : `'${shown}' is not a directory`;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return errno === "ENOTDIR" ? absent : `cannot look at '${shown}': ${reasonOf(error)}`;
  }
}

function isDirectoryPath(address: string): boolean {
  return /^(?:\.{0,2}[/\\]|[A-Za-z]:[/\\]|\.{1,2}$)/.test(address) || !/^[a-z][a-z0-9+.-]*:/i.test(address);
}

function loginOfUrl(url: URL): Credentials | undefined {
  if (url.username === "" && url.password === "") return undefined;
  return { username: decodePart(url.username), password: decodePart(url.password) };
}

function loginOfVariables(name: string, environment: Environment): Credentials | undefined {
  const key = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
  const username = environment[`UV_INDEX_${key}_USERNAME`];
  const password = environment[`UV_INDEX_${key}_PASSWORD`];
  return username === undefined && password === undefined
    ? undefined
    : { username: username ?? "", password: password ?? "" };
}
