/**
 * Where packages come from: settings of flags, UV_* variables, PIP_* variables and pip's files become one IndexConfig.
 *
 * Precedence, each alone: flag, then UV_* variable, then pip (PIP_* variable before files); `setting-places.ts` has the
 * table. The first that is set decides alone: a PIP_CERT beside SSL_CERT_FILE is not read. Indexes are asked in this
 * order: --index flags, UV_INDEX, UV_EXTRA_INDEX_URL, pip's extra-index-url, and last the default index
 * (--default-index, UV_DEFAULT_INDEX, UV_INDEX_URL, pip's index-url, PyPI). `--find-links` of all sources add up.
 * User information of URLs moves to the credentials: no URL in the result's `indexes` holds any.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Environment, Platform } from "@vivarium/core/paths";
import { redact } from "@vivarium/core/redact";
import type { indexDiagnostics } from "./diagnostics.ts";
import { type SettingName, settingsIn } from "./given-settings.ts";
import { ignoredSettings } from "./ignored-settings.ts";
import type { Credentials, IndexConfig, IndexLocation, ScopedCredentials, Sourced } from "./index-config.ts";
import { type GivenLocation, readLocation } from "./index-location.ts";
import { parseNetrc } from "./netrc.ts";
import { throwIfTooManyFiles } from "./open-files-limit.ts";
import { type PipSettings, readPipSettings } from "./pip-config.ts";
import { readProxies } from "./proxy-config.ts";
import { publicIndex } from "./public-index.ts";
import { countOf, listOf, truthOf, variable, wordsOf } from "./setting-values.ts";

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

const defaultTimeoutMs = 30_000;

type SettingOf = (name: SettingName) => Sourced | undefined;

/**
 * Throws `E_INDEX_CONFIG` for a malformed URL or number and a directory that is absent; the message names the source,
 * without secrets.
 */
export function loadIndexConfig(sources: ConfigSources): IndexConfig {
  const { flags, environment } = sources;
  const pip = readPipSettings(sources);
  const setting = settingsIn({ environment, pip });
  const noIndex = flags.noIndex ?? truthOf(setting("noIndex")) ?? false;
  const retries = countOf(setting("retries"));
  const located = locateIndexes(sources, { pip, setting, noIndex });
  const certificateFile = setting("certificateFile");
  const certificateDirectory = setting("certificateDirectory");
  return {
    indexes: located.indexes,
    findLinks: findLinksOf(sources, pip),
    credentials: located.credentials,
    netrc: lazyNetrc(sources),
    proxies: readProxies(environment, pip.get("proxy")),
    ...(certificateFile === undefined ? {} : { certificateFile }),
    ...(certificateDirectory === undefined ? {} : { certificateDirectory }),
    trustedHosts: [...wordsOf(pip.get("trusted-host")), ...listOf(variable(environment, "UV_INSECURE_HOST"))],
    timeoutMs: timeoutOf(setting("timeout")),
    ...(retries === undefined ? {} : { retries }),
    ignored: ignoredSettings({ environment, pip }),
    warnings: noIndex ? [] : extraIndexWarnings(sources, pip.get("extra-index-url")),
  };
}

function extraIndexWarnings(sources: ConfigSources, extra: Sourced | undefined): IndexConfig["warnings"] {
  if (extra === undefined) return [];
  const { source } = extra;
  const urls = wordsOf(extra).map((text) => readLocation({ text, source }, sources).index.url);
  return urls.length === 0 ? [] : [{ source, urls }];
}

interface Located {
  readonly indexes: readonly IndexLocation[];
  readonly credentials: readonly ScopedCredentials[];
}

/** Without indexes nobody's address is read: it may be of a server or directory that is not there. */
function locateIndexes(
  sources: ConfigSources,
  { pip, setting, noIndex }: { pip: PipSettings; setting: SettingOf; noIndex: boolean },
): Located {
  const indexes = new Map<string, IndexLocation>();
  const credentials: ScopedCredentials[] = [];
  for (const location of noIndex ? [] : givenLocations(sources, { pip, setting })) {
    const { index, login } = readLocation(location, sources);
    if (login !== undefined) credentials.push({ ...login, prefix: index.url });
    if (!indexes.has(index.url)) indexes.set(index.url, index);
  }
  return { indexes: [...indexes.values()], credentials };
}

/** In the order in which they are asked. */
function givenLocations(
  { flags, environment }: ConfigSources,
  { pip, setting }: { pip: PipSettings; setting: SettingOf },
): GivenLocation[] {
  const all = (given: Sourced | undefined): GivenLocation[] =>
    wordsOf(given).map((text) => ({ text, source: given?.source ?? "" }));
  const last =
    flags.defaultIndex === undefined
      ? (setting("defaultIndex") ?? { value: publicIndex, source: "default" })
      : { value: flags.defaultIndex, source: "--default-index" };
  return [
    ...(flags.index ?? []).map((text) => ({ text, source: "--index" })),
    ...all(variable(environment, "UV_INDEX")),
    ...all(variable(environment, "UV_EXTRA_INDEX_URL")),
    ...all(pip.get("extra-index-url")),
    { text: last.value, source: last.source },
  ];
}

function findLinksOf({ flags, environment }: ConfigSources, pip: PipSettings): IndexConfig["findLinks"] {
  const own = pip.get("find-links");
  const given = [
    ...(flags.findLinks ?? []).map((location) => ({ location, source: "--find-links" })),
    ...listOf(variable(environment, "UV_FIND_LINKS")).map((location) => ({ location, source: "UV_FIND_LINKS" })),
    ...wordsOf(own).map((location) => ({ location, source: own?.source ?? "pip" })),
  ];
  // One place is read, and told of, once.
  const places = new Map(given.toReversed().map((one) => [one.location.replace(/(?<=.)\/+$/, ""), one]));
  return given.filter((one) => [...places.values()].includes(one));
}

function timeoutOf(setting: Sourced | undefined): number {
  if (setting === undefined) return defaultTimeoutMs;
  const seconds = Number(setting.value);
  if (Number.isFinite(seconds) && seconds > 0) return seconds * 1000;
  throw problem("E_INDEX_CONFIG", {
    isDuration: true,
    source: setting.source,
    reason: `'${redact(setting.value)}' is no number of seconds`,
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
    throwIfTooManyFiles(error, file);
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}
