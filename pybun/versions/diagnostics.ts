import { rule } from "@vivarium/core/diagnostic";
import { redactAddress, redactLogin, redactMessage } from "@vivarium/core/redact";

/** What a hand-written parser found: the text it read, what is wrong, and the column (from 1, UTF-16 code units). */
export interface SyntaxParams {
  readonly text: string;
  readonly reason: string;
  readonly column: number;
}

/** A file name that does not follow its format. */
export interface FilenameParams {
  readonly filename: string;
  readonly reason: string;
}

const EXIT_BAD_DATA = 65;

const shownMax = 200;

/**
 * A requirement may hold a URL with a password. Without a scheme only a login is masked: `my_key==1` is a name and a
 * version.
 * What nobody would read to its end is cut, after it was masked.
 */
function shown(text: string): string {
  const masked = maskRequirement(text);
  return masked.length > shownMax ? `${masked.slice(0, shownMax)}…` : masked;
}

/** An address stands behind the first `@`, or is the whole text. */
function maskRequirement(text: string): string {
  const [, head = "", address = "", rest = ""] = /^([^@:'"]*@\s*)?(\S*)(.*)$/s.exec(text) ?? [];
  if (/https?:|:\/\//i.test(text)) return redactMessage(`${head}${redactAddress(address)}${rest}`);
  return `${head}${redactLogin(address)}${rest}`;
}

/** The problems of texts that name versions, requirements, markers, platforms and distribution files. */
export const versionsDiagnostics = {
  E_VERSION_INVALID: rule<{ text: string }>({
    exit: EXIT_BAD_DATA,
    summary: "A text stands where a version must stand, and PEP 440 cannot read it.",
    message: (p) => `cannot read the version '${p.text}'`,
    hint: () => "A version looks like 1.2.3, 1.0rc1, 2.0.post1 or 1!4.0+local (PEP 440).",
  }),
  E_SPECIFIER_INVALID: rule<SyntaxParams>({
    exit: EXIT_BAD_DATA,
    summary: "A version specifier does not follow PEP 440.",
    message: (p) => `cannot read the version specifier '${shown(p.text)}': ${shown(p.reason)} at column ${p.column}`,
    hint: () => "Specifiers look like '>=1.2,<2', '==1.4.*' or '~=2.1' (PEP 440).",
  }),
  E_REQUIREMENT_INVALID: rule<SyntaxParams>({
    exit: EXIT_BAD_DATA,
    summary: "A requirement does not follow PEP 508.",
    message: (p) => `cannot read the requirement '${shown(p.text)}': ${shown(p.reason)} at column ${p.column}`,
    hint: () => 'A requirement looks like `name[extra]>=1.2,<2; python_version < "3.12"` or `name @ https://…`.',
  }),
  E_MARKER_INVALID: rule<SyntaxParams>({
    exit: EXIT_BAD_DATA,
    summary: "An environment marker does not follow PEP 508.",
    message: (p) => `cannot read the marker '${shown(p.text)}': ${shown(p.reason)} at column ${p.column}`,
    hint: () => 'A marker looks like `python_version < "3.12" and sys_platform == "linux"`.',
  }),
  E_MOMENT_INVALID: rule<{ source: string; text: string }>({
    exit: 2,
    summary: "A date, time or span, such as that of --exclude-newer, is none.",
    message: (p) => `cannot read the time '${p.text}' of \`${p.source}\``,
    hint: () =>
      "Write a date such as 2026-01-31 (that whole day, UTC), a time such as 2026-01-31T12:00:00Z, or a span such as `7 days` or PT12H (weeks to seconds).",
  }),
  E_PYTHON_VERSION_INVALID: rule<{ text: string }>({
    exit: 2,
    summary: "The version of Python to resolve for is no version.",
    message: (p) => `cannot resolve for Python '${p.text}': it is no version`,
    hint: () => "Write a version such as 3.12 or 3.12.4.",
  }),
  E_PLATFORM_UNKNOWN: rule<{ text: string; known: readonly string[] }>({
    exit: 2,
    summary: "A platform name is none of those that can be resolved for.",
    message: (p) => `unknown platform '${p.text}'`,
    hint: (p) => `Choose one of ${p.known.join(", ")}.`,
  }),
  E_WHEEL_FILENAME: rule<FilenameParams>({
    exit: EXIT_BAD_DATA,
    summary: "The file name of a wheel does not follow the binary distribution format (PEP 427).",
    message: (p) => `cannot read the wheel file name '${p.filename}': ${p.reason}`,
  }),
  E_SDIST_FILENAME: rule<FilenameParams>({
    exit: EXIT_BAD_DATA,
    summary: "The file name of a source distribution does not follow the source distribution format (PEP 625).",
    message: (p) => `cannot read the source distribution file name '${p.filename}': ${p.reason}`,
  }),
};
