/**
 * Versions of PEP 440: text in, a record with the normalised text, its parts and a sortable key out.
 *
 * Tens of thousands of versions are read in one resolution, nearly all of the form N.N.N in normalised spelling. These
 * take a path without regular expressions (version-key.ts). Whoever needs only the order asks {@link versionKey} and
 * makes no record at all.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { versionsDiagnostics } from "./diagnostics.ts";
import {
  encodeDigits,
  encodeLocal,
  encodeRelease,
  isNumber,
  KEY_DEV,
  KEY_FINAL,
  KEY_LOCAL_END,
  KEY_NO_POST,
  KEY_POST,
  KEY_RELEASE_END,
  plainVersionKey,
} from "./version-key.ts";

const problem = problemsOf<typeof versionsDiagnostics>();

/** A version. Numbers above 2^53 are rounded in the parts; `text` and `key` are always exact. */
export interface Version {
  /** The normalised text (PEP 440 "Normalization"), local segment included, trailing zeros kept. */
  readonly text: string;
  /** Compares with `<` exactly as PEP 440 orders versions; equal keys mean equal versions. */
  readonly key: string;
  readonly epoch: number;
  readonly release: readonly number[];
  readonly pre?: readonly ["a" | "b" | "rc", number];
  readonly post?: number;
  readonly dev?: number;
  /** Local segments, lower-case; numbers as numbers. */
  readonly local?: readonly (string | number)[];
}

/** The parts of a version as digits and words, before they become numbers. */
interface VersionParts {
  readonly epoch: string;
  readonly release: readonly string[];
  readonly pre: readonly ["a" | "b" | "rc", string] | undefined;
  readonly post: string | undefined;
  readonly dev: string | undefined;
  readonly local: readonly string[] | undefined;
}

// PEP 440, appendix B, with the spellings that "Normalization" allows.
const PATTERN =
  /^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[._-]?(alpha|a|beta|b|preview|pre|c|rc)[._-]?(\d+)?)?(?:-(\d+)|[._-]?(post|rev|r)[._-]?(\d+)?)?(?:[._-]?(dev)[._-]?(\d+)?)?(?:\+([a-z0-9]+(?:[._-][a-z0-9]+)*))?\s*$/i;

const PRE_LETTERS: Readonly<Record<string, "a" | "b" | "rc">> = {
  a: "a",
  alpha: "a",
  b: "b",
  beta: "b",
  c: "rc",
  rc: "rc",
  pre: "rc",
  preview: "rc",
};

/** Reads a version in any spelling that PEP 440 permits. Throws `E_VERSION_INVALID`. */
export function parseVersion(text: string): Version {
  const version = tryParseVersion(text);
  if (version === undefined) throw problem("E_VERSION_INVALID", { text });
  return version;
}

/** Reads a version, or answers undefined where {@link parseVersion} throws. */
export function tryParseVersion(text: string): Version | undefined {
  const key = plainVersionKey(text);
  if (key !== undefined) return { text, key, epoch: 0, release: text.split(".").map(Number) };
  const parts = splitVersion(text);
  return parts === undefined ? undefined : versionOf(parts);
}

/** Only the key of a version, without a record: the cheapest way to sort many. Undefined where the text is none. */
export function versionKey(text: string): string | undefined {
  const key = plainVersionKey(text);
  if (key !== undefined) return key;
  const parts = splitVersion(text);
  return parts === undefined ? undefined : keyOf(parts);
}

/** Negative, zero or positive as `a` sorts before, equal to or after `b` (PEP 440 ordering, local labels included). */
export function compareVersions(a: Version, b: Version): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** The normalised text of a version. */
export function formatVersion(version: Version): string {
  return version.text;
}

/** Whether a version is a pre-release or a dev release (PEP 440 "Handling of pre-releases"). */
export function isPrerelease(version: Version): boolean {
  return version.pre !== undefined || version.dev !== undefined;
}

function splitVersion(text: string): VersionParts | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, epoch, release, preLetter, preNumber, postDash, postWord, postNumber, devWord, devNumber, local] = match;
  const pre = preLetter === undefined ? undefined : PRE_LETTERS[preLetter.toLowerCase()];
  return {
    epoch: trimZeros(epoch),
    release: (release ?? "").split(".").map(trimZeros),
    pre: pre === undefined ? undefined : [pre, trimZeros(preNumber)],
    post: postDash === undefined && postWord === undefined ? undefined : trimZeros(postDash ?? postNumber),
    dev: devWord === undefined ? undefined : trimZeros(devNumber),
    local: local === undefined ? undefined : local.toLowerCase().split(/[._-]/).map(trimLocal),
  };
}

/** An omitted number means 0 ("Implicit pre-release number" and its kin). */
function trimZeros(digits: string | undefined): string {
  if (digits === undefined) return "0";
  return digits.charAt(0) === "0" ? digits.replace(/^0+(?=\d)/, "") : digits;
}

function trimLocal(segment: string): string {
  return isNumber(segment) ? trimZeros(segment) : segment;
}

function versionOf(parts: VersionParts): Version {
  return {
    text: textOf(parts),
    key: keyOf(parts),
    epoch: Number(parts.epoch),
    release: parts.release.map(Number),
    ...(parts.pre === undefined ? {} : { pre: [parts.pre[0], Number(parts.pre[1])] as const }),
    ...(parts.post === undefined ? {} : { post: Number(parts.post) }),
    ...(parts.dev === undefined ? {} : { dev: Number(parts.dev) }),
    ...(parts.local === undefined
      ? {}
      : { local: parts.local.map((segment) => (isNumber(segment) ? Number(segment) : segment)) }),
  };
}

function textOf(parts: VersionParts): string {
  let text = parts.epoch === "0" ? "" : `${parts.epoch}!`;
  text += parts.release.join(".");
  if (parts.pre !== undefined) text += parts.pre.join("");
  if (parts.post !== undefined) text += `.post${parts.post}`;
  if (parts.dev !== undefined) text += `.dev${parts.dev}`;
  return parts.local === undefined ? text : `${text}+${parts.local.join(".")}`;
}

function keyOf(parts: VersionParts): string {
  const start = encodeDigits(parts.epoch) + encodeRelease(parts.release) + KEY_RELEASE_END;
  return start + suffixKeyOf(parts) + (parts.local === undefined ? KEY_LOCAL_END : encodeLocal(parts.local));
}

function suffixKeyOf({ pre, post, dev }: VersionParts): string {
  const devKey = dev === undefined ? KEY_NO_POST : KEY_DEV + encodeDigits(dev);
  // A dev release of a final version sorts before all of its pre-releases.
  if (pre === undefined && post === undefined && dev !== undefined) return devKey;
  const phase = pre === undefined ? KEY_FINAL : (pre[0] === "rc" ? "c" : pre[0]) + encodeDigits(pre[1]);
  return phase + (post === undefined ? devKey : KEY_POST + encodeDigits(post) + devKey);
}
