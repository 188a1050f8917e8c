/** The catalogue of the index client. Every URL in the parameters is redacted by whoever throws. */
import { rule } from "@vivarium/core/diagnostic";
import { type BuildNeed, buildHint, buildNeedJson, requirersInWords } from "./build-need.ts";
import type { LinkFault } from "./link-file.ts";
import { publicIndex } from "./public-index.ts";

const offlineHint = ({ isKept = true }: { isKept?: boolean }): string =>
  isKept
    ? "Run the command once without `--offline` and UV_OFFLINE, so that the answer is in the cache."
    : "It is read anew by each command: save it as a file, and give the path of that.";

const raiseLimit = "Raise the limit of open files, with `ulimit -n 1024` say, and run the command again.";

const triedOften = (attempts: number): string => (attempts > 1 ? ` (${attempts} attempts)` : "");

/** The proxy that a request went through, and the setting that named it. */
export interface NamedProxy {
  readonly url: string;
  readonly source: string;
}

export const indexDiagnostics = {
  E_INDEX_STATUS: rule<{ url: string; status: number; attempts: number }>({
    exit: 69,
    summary: "An index answered with a status that is neither an answer nor “not found”.",
    message: (p) => `cannot read '${p.url}': the server answered ${p.status}${triedOften(p.attempts)}`,
    hint: (p) => {
      if (p.status === 429 || p.status >= 500) return "The server is busy or broken: try again later.";
      if (p.status === 404 || p.status === 410)
        return "It is not there, or no longer. `--refresh` reads the page anew that linked to it; a wrong address must be corrected.";
      return "Check the address, and what stands between here and the server: a proxy or a firewall may answer in its place.";
    },
  }),
  E_INDEX_AUTH: rule<{ url: string; status: number; offered: boolean }>({
    exit: 69,
    summary: "An index refused the request for lack of credentials, or refused the credentials.",
    message: (p) =>
      `cannot read '${p.url}': the server answered ${p.status} and ${p.offered ? "refused the credentials" : "no credentials were offered"}`,
    hint: (p) =>
      p.offered
        ? "Check the user name and password in the URL of the index, in netrc or in UV_INDEX_<NAME>_USERNAME and _PASSWORD. Other indexes are not asked instead, so that nobody can slip in a package of the same name."
        : "Put credentials into netrc, into UV_INDEX_<NAME>_USERNAME and _PASSWORD, or into the URL of the index.",
  }),
  E_INDEX_NETWORK: rule<{ url: string; reason: string; attempts: number; proxy?: NamedProxy }>({
    exit: 69,
    summary: "A connection to an index, or to the proxy before it, could not be made, or broke.",
    message: (p) =>
      `cannot reach '${p.url}'${p.proxy === undefined ? "" : ` through the proxy '${p.proxy.url}'`}: ${p.reason}${triedOften(p.attempts)}`,
    hint: (p) =>
      p.proxy === undefined
        ? "Check the network and the proxy settings. `--offline` uses what is in the cache."
        : `The proxy comes from ${p.proxy.source}: check it, or name the host in NO_PROXY. \`--offline\` uses what is in the cache.`,
  }),
  E_INDEX_TLS: rule<{ url: string; reason: string; phase: "handshake" | "certificate"; proxy?: NamedProxy }>({
    exit: 69,
    summary: "The certificate of an index is not trusted, or its server does not speak TLS.",
    message: (p) =>
      p.phase === "certificate"
        ? `cannot trust the certificate of '${p.url}': ${p.reason}`
        : `cannot begin a secure connection to '${p.url}'${p.proxy === undefined ? "" : ` through the proxy '${p.proxy.url}'`}: ${p.reason}`,
    hint: (p) => {
      if (p.phase === "certificate")
        return "If a company's proxy signs it, name its CA file in SSL_CERT_FILE or PIP_CERT.";
      const proxy = p.proxy === undefined ? "" : `, or the proxy, which comes from ${p.proxy.source},`;
      return `The server${proxy} may speak plain HTTP on this port: was 'http://' meant instead of 'https://'?`;
    },
  }),
  E_INDEX_TIMEOUT: rule<{ url: string; phase: keyof typeof timeoutWords; timeoutMs: number }>({
    exit: 69,
    summary:
      "An index did not answer, or stopped sending, for longer than the timeout; or it trickled: for a minute longer than the timeout it sent less than a kilobyte a second, shared among all that is read at the same time.",
    message: (p) => timeoutWords[p.phase](p.url, p.timeoutMs / 1000),
    hint: () => "UV_HTTP_TIMEOUT or PIP_DEFAULT_TIMEOUT set the time to wait, in seconds.",
  }),
  E_INDEX_REDIRECT: rule<{ url: string; reason: keyof typeof redirectReason; target: string }>({
    exit: 69,
    summary: "A chain of redirects does not end, leaves the web, or leads from https to http.",
    message: (p) => `cannot read '${p.url}': ${redirectReason[p.reason](p.target)}`,
    hint: (p) =>
      p.reason === "insecure"
        ? "What was asked for over TLS is never fetched without it: tell the owner of the server."
        : "Check the address: a server redirects in this way where it wants a login, or is not set up well.",
  }),
  /** `isKept`: whether the cache would hold it, had it been fetched. */
  E_INDEX_OFFLINE: rule<{ what: string; isKept?: boolean }>({
    exit: 69,
    summary: "Something that --offline or UV_OFFLINE forbids to fetch is not in the cache.",
    message: (p) =>
      `${p.what} is ${p.isKept === false ? "never" : "not"} in the cache, and \`--offline\` or UV_OFFLINE forbids to fetch it`,
    hint: offlineHint,
  }),
  E_INDEX_CONTENT: rule<{ url: string; contentType: string; reason: string }>({
    exit: 69,
    summary: "An index answered something that is no project page.",
    message: (p) => `cannot understand the answer of '${p.url}' (${p.contentType || "no content type"}): ${p.reason}`,
    hint: () => "The URL of an index ends where project names begin, such as 'https://pypi.org/simple'.",
  }),
  E_INDEX_TOO_LARGE: rule<{ url: string; bytesMax: number }>({
    exit: 69,
    summary: "A page, metadata file or download is larger than the ceiling or the announced size.",
    message: (p) => `'${p.url}' sends more than the ${p.bytesMax} bytes that were expected at most`,
    hint: () => "The server is broken or hostile, or its page tells a wrong size: tell the owner of the index.",
  }),
  E_INDEX_TRUNCATED: rule<{ url: string; bytes?: number; bytesExpected: number }>({
    exit: 69,
    summary: "A download ended before all its bytes came.",
    message: (p) =>
      p.bytes === undefined
        ? `'${p.url}' ended before all of its ${p.bytesExpected} bytes came`
        : `'${p.url}' ended after ${p.bytes} of ${p.bytesExpected} bytes`,
    hint: () => "Try again; a proxy or a full disk of the server cuts downloads.",
  }),
  E_INDEX_HASH: rule<{ file: string; url: string; algorithm: string; expected: string; actual: string }>({
    exit: 76,
    summary: "A file or its metadata has another hash than the index announced.",
    message: (p) =>
      `${p.file} from '${p.url}' has ${p.algorithm} ${p.actual}, but ${p.expected || "an empty one"} was announced: nothing of it is used`,
    hint: () => "The file was changed on its way or on the server: tell the index's owner.",
  }),
  E_INDEX_METADATA: rule<{ file: string; reason: string }>({
    exit: 65,
    summary: "The core metadata of a file is missing or malformed.",
    message: (p) => `cannot read the metadata of '${p.file}': ${p.reason}`,
  }),
  E_INDEX_RELEASES_BROKEN: rule<{ name: string; releases: number; version: string; detail: string }>({
    exit: 65,
    summary: "Release after release of a project has metadata that cannot be used, so that no further one is tried.",
    message: (p) =>
      `gave up on '${p.name}' after ${p.releases} releases whose metadata cannot be used; of ${p.name} ${p.version}, ${p.detail}`,
    hint: () => "The index is broken or hostile: tell its owner, take another one, or pin a version that works.",
  }),
  E_INDEX_CONFIG: rule<{ source: string; reason: string; isDuration?: boolean }>({
    exit: 78,
    summary: "A setting of the index client is malformed, or names a place that does not exist.",
    message: (p) => `cannot use ${p.source}: ${p.reason}`,
    hint: (p) => (p.isDuration === true ? "Give it in seconds, such as 30, or unset it." : undefined),
  }),
  E_SETTING_INVALID: rule<{ source: string; reason: string }>({
    exit: 78,
    summary:
      "A UV_* or PIP_* variable, or a line of pip's files, has a value that cannot be used; or one of these files cannot be read.",
    message: (p) => `cannot use ${p.source}: ${p.reason}`,
    hint: () => "Correct or unset it: a setting that cannot be read is never passed over.",
  }),
  E_INDEX_FIND_LINKS: rule<{ location: string; reason: string }>({
    exit: 69,
    summary: "A place named by --find-links cannot be read.",
    message: (p) => `cannot read the links at '${p.location}': ${p.reason}`,
  }),
  E_INDEX_FILE: rule<{ file: string; reason: string }>({
    exit: 66,
    summary: "A local file that a requirement, a directory or a page of links names cannot be read.",
    message: (p) => `cannot read the file '${p.file}': ${p.reason}`,
  }),
  E_SDIST_BUILD_NEEDED: rule<{ file: string; reason: string; build?: BuildNeed }>({
    exit: 65,
    summary: "Only building this source distribution would tell what it requires.",
    message: (p) =>
      `'${p.file}' would have to be built to learn what it requires: ${p.reason}${requirersInWords(p.build?.requiredBy ?? [])}`,
    hint: (p) => (p.build === undefined ? "Choose a version that has a wheel." : buildHint(p.build)),
    fixes: (p) => p.build?.fixes ?? [],
    data: (p) => (p.build === undefined ? {} : buildNeedJson(p.build)),
  }),
  E_PACKAGE_NOT_FOUND: rule<{ name: string; indexes: readonly string[]; near: readonly string[] }>({
    exit: 65,
    summary: "No index knows a project of this name.",
    message: (p) =>
      p.indexes.length === 0
        ? `no project '${p.name}': no index is configured`
        : `no project '${p.name}' on ${p.indexes.map((index) => `'${index}'`).join(", ")}`,
    hint: (p) => (p.near.length === 0 ? undefined : `Did you mean ${p.near.map((name) => `'${name}'`).join(" or ")}?`),
    data: (p) => ({ name: p.name, indexes: p.indexes, near: p.near }),
  }),
  E_INDEX_CACHE_DAMAGED: rule<{ path: string }>({
    exit: 74,
    summary: "A cached page was changed behind our back; it is removed.",
    message: (p) => `the cached page '${p.path}' is damaged, and was removed`,
    hint: () => "Run the command again: the page will be fetched anew.",
  }),
  E_INDEX_CACHE_CHANGED: rule<{ path: string }>({
    exit: 74,
    summary: "Another process replaced or removed a cached page while it was in use.",
    message: (p) => `the cached page '${p.path}' was replaced or removed by another process while it was in use`,
    hint: () => "Run the command again: it will read what is there now.",
  }),
  E_INDEX_OPEN_FILES: rule<{ path: string; limited: "process" | "system" }>({
    exit: 74,
    summary: "The process, or the whole system, has as many files open as it may.",
    message: (p) => `cannot open '${p.path}': this ${p.limited} has as many files open as it may`,
    hint: (p) =>
      p.limited === "process"
        ? raiseLimit
        : "Close other programs, or have the system's limit raised, and run the command again.",
  }),
  /** `order`: all indexes as they are asked, as `IndexConfig` has them. */
  W_INDEX_EXTRA_FIRST: rule<{ source: string; urls: readonly string[]; order: readonly string[] }>({
    exit: 0,
    summary: "pip's extra-index-url is read under the first-index rule, which is stricter than pip.",
    message: (p) =>
      `${p.source}: ${p.urls.map((url) => `'${url}'`).join(", ")} is asked before the default index, and the first index that knows a name is the only one used for it (pip would mix them)`,
    hint: ({ order }) => extraFirstHint(order),
  }),
  W_SETTING_IGNORED: rule<{ source: string; reason: string; isUvFile?: boolean }>({
    exit: 0,
    summary:
      "A variable, or a line of pip's or uv's files, that changes which packages uv or pip would take is not obeyed.",
    message: (p) => `${p.source} is not obeyed: ${p.reason}`,
    hint: (p) =>
      p.isUvFile === true
        ? "Where the same is asked for by a flag, a variable or a script's block, this is not told; nor with UV_NO_CONFIG=1."
        : "Unset it, or take its line away, if what it asks for is not needed.",
  }),
  W_INDEX_FIND_LINKS_MISSING: rule<{ location: string; source: string }>({
    exit: 0,
    summary: "A directory named by find-links does not exist.",
    message: (p) => `${p.source}: the directory '${p.location}' does not exist, and is left out`,
  }),
  W_INDEX_LINK_REFUSED: rule<{ page: string; link: string; fault: LinkFault }>({
    exit: 0,
    summary: "A page lists a file at an address that is not followed; told once a page.",
    message: (p) => `${p.page} lists '${p.link}', which is left out: ${linkFaults[p.fault]}`,
    hint: (p) =>
      p.fault === "elsewhere"
        ? "A page of the network may not name files of this machine: tell the owner of the index."
        : "The page is malformed: tell the owner of the index.",
  }),
  W_INDEX_CACHE: rule<{ path: string; reason: string; isLimit: boolean }>({
    exit: 0,
    summary: "The index cache cannot be written; everything works, but slower.",
    message: (p) => `cannot keep answers of the index in '${p.path}': ${p.reason}`,
    hint: (p) =>
      `Everything works, but slower. ${p.isLimit ? raiseLimit : "Set VIVARIUM_HOME to a directory that you may write to."}`,
  }),
};

/** A public package in the place of a private one is an attack that happens; who is safe from it is said plainly. */
function extraFirstHint(order: readonly string[]): string {
  const at = order.indexOf(publicIndex);
  const listed = (urls: readonly string[]): string => urls.map((url) => `'${url}'`).join(" or ");
  const [before, behind] = [listed(order.slice(0, Math.max(at, 0))), listed(order.slice(at + 1))];
  if (at >= 0 && behind !== "") {
    const way = `make ${behind} the extra index and PyPI the default one`;
    return `A package of PyPI replaces one of the same name on ${behind}, which is not asked for it. To turn it around, ${way}.`;
  }
  if (before !== "") return `A package of PyPI never replaces one of the same name on ${before}.`;
  return "A name that both have is taken from the extra one, also where the default one has a newer version.";
}

const linkFaults: Readonly<Record<LinkFault, string>> = {
  elsewhere: "it is no address on the web",
  invalid: "it is no valid URL",
  name: "it has no usable name or no address",
};

const timeoutWords = {
  connect: (url: string, seconds: number) => `no answer from '${url}' within ${seconds} s`,
  idle: (url: string, seconds: number) => `'${url}' sent nothing for ${seconds} s`,
  slow: (url: string, seconds: number) => `'${url}' sent less than a kilobyte a second for ${seconds} s`,
} as const;

/** `target`: where the last redirect leads, redacted. */
const redirectReason = {
  loop: (target: string) => `its redirects go in a circle, by way of '${target}'`,
  "too many": (target: string) => `it redirects more than ten times, at last to '${target}'`,
  insecure: (target: string) => `it redirects from https to http, to '${target}'`,
  elsewhere: (target: string) => `it redirects to '${target}', which is no address on the web`,
  nowhere: () => "it redirects without saying where to",
} as const;
