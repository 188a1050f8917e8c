/** Problems of a resolution: what the resolver and `pybun resolve` can fail with. */
import { type Fix, rule } from "@vivarium/core/diagnostic";

interface Untrusted {
  readonly name: string;
  readonly explanation: string;
  readonly derivation: unknown;
}

export const resolverDiagnostics = {
  E_RESOLVE_CONFLICT: rule<{ explanation: string; derivation: unknown; fixes: readonly Fix[] }>({
    exit: 65,
    summary: "The requirements cannot all be met; the explanation is a proof, and the derivation tree is in `data`.",
    lines: ["explanation"],
    message: (p) => `cannot resolve the requirements\n${p.explanation}`,
    hint: ({ fixes: [first, second] }) => {
      if (first === undefined) return undefined;
      return `This would work: ${first.title}${second === undefined ? "" : `; or ${second.title}`}.`;
    },
    fixes: (p) => p.fixes,
    data: (p) => ({ derivation: p.derivation }),
  }),
  E_RESOLVE_HASH: rule<Untrusted & { demanded: readonly string[] }>({
    exit: 76,
    summary: "No file of a release that is needed has a hash that the requirements file demands.",
    lines: ["explanation"],
    message: (p) =>
      `cannot use '${p.name}': no file has the hash ${p.demanded.map((hash) => `'${hash}'`).join(" or ")}\n${p.explanation}`,
    hint: () => "If you trust the index, make the pins anew with `pybun resolve --hashes`.",
    data: (p) => ({ derivation: p.derivation }),
  }),
  E_RESOLVE_ARCHIVE: rule<Untrusted & { detail: string }>({
    exit: 76,
    summary: "A wheel that is needed is no sound archive, so that nobody knows what it requires.",
    lines: ["explanation"],
    message: (p) => `cannot use '${p.name}': ${p.detail}\n${p.explanation}`,
    hint: () => "Fetch or build the wheel again, or tell the owner of the index.",
    data: (p) => ({ derivation: p.derivation }),
  }),
  E_RESOLVE_REFRESH_OFFLINE: rule<Record<string, never>>({
    exit: 2,
    summary: "The indexes are to be asked again, and no index may be asked.",
    message: () => "cannot refresh without the network",
    hint: () => "Give one of `--refresh` and `--offline`; UV_OFFLINE means the latter.",
  }),
  W_RESOLVE_EMPTY: rule<{ requirements: number }>({
    exit: 0,
    summary: "Files or requirements were given, but nothing is required for the target.",
    message: (p) =>
      p.requirements === 0
        ? "the files that were given require nothing"
        : "no requirement applies to the target: their markers are false",
  }),
  E_RESOLVE_URL_TRANSITIVE: rule<{ name: string; url: string }>({
    exit: 65,
    summary: "A release on an index requires a package by URL that the user did not ask for by this URL.",
    message: (p) => `cannot take '${p.name}' from '${p.url}', which only the metadata of another package asks for`,
    hint: (p) => `If you trust that URL, require it yourself: '${p.name} @ ${p.url}'.`,
  }),
  E_RESOLVE_URL_CONFLICT: rule<{ name: string; first: string; second: string }>({
    exit: 65,
    summary: "One package is required from two different URLs.",
    message: (p) => `'${p.name}' is required from two places: '${p.first}' and '${p.second}'`,
    hint: () => "Keep one of the two URLs.",
  }),
  E_RESOLVE_URL_KIND: rule<{ name: string; url: string }>({
    exit: 65,
    summary: "A direct URL names something other than a wheel.",
    message: (p) => `cannot use '${p.url}' for '${p.name}': only URLs of wheels (.whl) are supported`,
    hint: () => "Give the URL of a wheel; source archives, repositories and directories need a build.",
  }),
  E_RESOLVE_URL_WHEEL: rule<{ name: string; url: string; detail: string; isForeign?: boolean }>({
    exit: 65,
    summary: "The wheel at a direct URL cannot be used for the requirement or for the target.",
    message: (p) => `cannot use '${p.url}' for '${p.name}': ${p.detail}`,
    hint: (p) =>
      p.isForeign === true
        ? "Give the wheel of the same release for this Python and platform, or require the release by its version."
        : undefined,
  }),
  E_RESOLVE_CONSTRAINT: rule<{ text: string; detail: string }>({
    exit: 65,
    summary:
      "A constraint names extras: it restricts versions, or says where a project comes from, and asks for nothing.",
    message: (p) => `cannot use '${p.text}' as a constraint: ${p.detail}`,
    hint: () => "Put the extras on a requirement; a constraint has versions or a URL only.",
  }),
  E_RESOLVE_NOTHING: rule<Record<string, never>>({
    exit: 2,
    summary: "Nothing was given to resolve.",
    message: () => "there is nothing to resolve",
    hint: () => "Give requirements, or a file of them with `-r`.",
  }),
  W_RESOLVE_EXTRA_UNKNOWN: rule<{ name: string; version: string; extra: string }>({
    exit: 0,
    summary: "An extra was asked for that the chosen release does not have.",
    message: (p) => `${p.name} ${p.version} has no extra named '${p.extra}'`,
  }),
  W_RESOLVE_NO_UPLOAD_TIME: rule<{ files: number; projects: readonly string[] }>({
    exit: 0,
    summary: "Files without an upload time were dropped because of --exclude-newer.",
    message: (p) =>
      `\`--exclude-newer\` left out ${p.files} files without an upload time, of ${p.projects.slice(0, 5).join(", ")}${
        p.projects.length > 5 ? ` and ${p.projects.length - 5} more` : ""
      }`,
    hint: () => "The index does not say when they were uploaded; without `--exclude-newer` they are considered.",
  }),
};
