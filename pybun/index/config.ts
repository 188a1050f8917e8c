/**
 * Where packages come from: settings of flags, UV_* variables, PIP_* variables and pip's files become one IndexConfig.
 *
 * Precedence, each alone: flag, then UV_* variable, then pip (PIP_* variable before files). Indexes are asked in this
 * order: --index flags, UV_INDEX, UV_EXTRA_INDEX_URL, pip's extra-index-url, and last the default index
 * (--default-index, UV_DEFAULT_INDEX, UV_INDEX_URL, pip's index-url, PyPI). `--find-links` of all sources add up.
 * User information of URLs moves to the credentials: no URL in the result's `indexes` holds any.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Environment, Platform } from "@vivarium/core/paths";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { Credentials, IndexConfig, IndexLocation, ScopedCredentials } from "./index-config.ts";
import { type GivenLocation, readLocation } from "./index-location.ts";
import { parseNetrc } from "./netrc.ts";
import { type PipSetting, type PipSettings, readPipSettings, wordsOf } from "./pip-config.ts";
import { readProxies } from "./proxy-config.ts";

export interface IndexFlags {
  readonly index?: readonly string[];
  readonly defaultIndex?: string;
  readonly noIndex?: boolean;
  readonly findLinks?: readonly string[];
}

export interface ConfigSources {
  readonly flags: IndexFlags;
  readonly environment: Environment;
  readonly home: string;
  readonly platform: Platform;
  /** Relative paths are relative to it; the process's own directory if absent. */
  readonly cwd?: string;
}

const problem = problemsOf<typeof indexDiagnostics>();

const pypi = "https://pypi.org/simple";
const defaultTimeoutMs = 30_000;

/** Throws `E_INDEX_CONFIG` for a malformed URL or number; the message names the source, without secrets. */
export function loadIndexConfig(sources: ConfigSources): IndexConfig {
  const { flags, environment } = sources;
  const pip = readPipSettings(sources);
  const located = locateIndexes(sources, pip);
  const noIndex = flags.noIndex ?? (isOn(environment["UV_NO_INDEX"]) || isOn(pip.get("no-index")?.value));
  const extra = pip.get("extra-index-url");
  const warnsOfExtra = !noIndex && extra !== undefined && located.usesPipExtra;
  const certificateFile =
    firstOf(environment, ["SSL_CERT_FILE", "PIP_CERT"]) ??
    pip.get("cert")?.value ??
    firstOf(environment, ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]);
  const certificateDirectory = firstOf(environment, ["SSL_CERT_DIR"]);
  return {
    indexes: noIndex ? [] : located.indexes,
    findLinks: findLinksOf(sources, pip),
    credentials: located.credentials,
    netrc: lazyNetrc(sources),
    proxies: readProxies(environment, pip.get("proxy")),
    ...(certificateFile === undefined ? {} : { certificateFile }),
    ...(certificateDirectory === undefined ? {} : { certificateDirectory }),
    trustedHosts: [
      ...wordsOf(pip.get("trusted-host")),
      ...(environment["UV_INSECURE_HOST"] ?? "").split(/[\s,]+/),
    ].filter((host) => host !== ""),
    timeoutMs: timeoutOf(environment, pip.get("timeout")),
    warnings: warnsOfExtra
      ? [
          {
            source: extra.source,
            urls: wordsOf(extra).map((text) => readLocation({ text, source: extra.source }, sources).index.url),
          },
        ]
      : [],
  };
}

interface Located {
  readonly indexes: readonly IndexLocation[];
  readonly credentials: readonly ScopedCredentials[];
  readonly usesPipExtra: boolean;
}

function locateIndexes(sources: ConfigSources, pip: PipSettings): Located {
  const { flags, environment } = sources;
  const variable = (name: string): GivenLocation[] =>
    wordsOf(settingOf(environment, name)).map((text) => ({ text, source: name }));
  const extraSetting = pip.get("extra-index-url");
  const extra = wordsOf(extraSetting).map((text) => ({ text, source: extraSetting?.source ?? "pip" }));
  const given = [
    ...(flags.index ?? []).map((text) => ({ text, source: "--index" })),
    ...variable("UV_INDEX"),
    ...variable("UV_EXTRA_INDEX_URL"),
    ...extra,
    defaultLocation(sources, pip),
  ];
  const indexes = new Map<string, IndexLocation>();
  const credentials: ScopedCredentials[] = [];
  for (const location of given) {
    const { index, login } = readLocation(location, sources);
    if (login !== undefined) credentials.push({ ...login, prefix: index.url });
    if (!indexes.has(index.url)) indexes.set(index.url, index);
  }
  return { indexes: [...indexes.values()], credentials, usesPipExtra: extra.length > 0 };
}

function defaultLocation({ flags, environment }: ConfigSources, pip: PipSettings): GivenLocation {
  if (flags.defaultIndex !== undefined) return { text: flags.defaultIndex, source: "--default-index" };
  for (const name of ["UV_DEFAULT_INDEX", "UV_INDEX_URL"]) {
    const setting = settingOf(environment, name);
    if (setting !== undefined) return { text: setting.value, source: name };
  }
  const own = pip.get("index-url");
  return own === undefined ? { text: pypi, source: "default" } : { text: own.value, source: own.source };
}

function findLinksOf({ flags, environment }: ConfigSources, pip: PipSettings): IndexConfig["findLinks"] {
  const own = pip.get("find-links");
  const uv = (environment["UV_FIND_LINKS"] ?? "").split(/[\s,]+/);
  return [
    ...(flags.findLinks ?? []).map((location) => ({ location, source: "--find-links" })),
    ...uv.filter((location) => location !== "").map((location) => ({ location, source: "UV_FIND_LINKS" })),
    ...wordsOf(own).map((location) => ({ location, source: own?.source ?? "pip" })),
  ];
}

function settingOf(environment: Environment, name: string): PipSetting | undefined {
  const value = environment[name];
  return value === undefined || value.trim() === "" ? undefined : { value: value.trim(), source: name };
}

function firstOf(environment: Environment, names: readonly string[]): string | undefined {
  return names.map((name) => environment[name]).find((value) => value !== undefined && value !== "");
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(?:1|true|yes|on|y|t)$/i.test(value.trim());
}

function timeoutOf(environment: Environment, pip: PipSetting | undefined): number {
  const text = firstOf(environment, ["UV_HTTP_TIMEOUT", "UV_REQUEST_TIMEOUT", "HTTP_TIMEOUT"]) ?? pip?.value;
  if (text === undefined) return defaultTimeoutMs;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds * 1000;
  throw problem("E_INDEX_CONFIG", {
    source: pip?.value === text ? pip.source : "UV_HTTP_TIMEOUT",
    reason: `"${text}" is no number of seconds`,
  });
}

/** Read when a host asks for it: most commands never need it. NETRC names another file. */
function lazyNetrc({ environment, home, platform }: ConfigSources): (host: string) => Credentials | undefined {
  let entries: ((host: string) => Credentials | undefined) | undefined;
  return (host) => {
    entries ??= parseNetrc(readNetrc(environment["NETRC"] || join(home, platform === "win32" ? "_netrc" : ".netrc")));
    return entries(host);
  };
}

function readNetrc(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}
