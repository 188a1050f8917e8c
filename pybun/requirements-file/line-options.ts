/** The options that a line of a requirements file can have (pip, "Requirements File Format"). */

export type OptionName =
  | "requirement"
  | "constraint"
  | "index-url"
  | "extra-index-url"
  | "find-links"
  | "no-index"
  | "no-binary"
  | "only-binary"
  | "pre"
  | "require-hashes";

type OptionMeaning =
  | { readonly kind: "known"; readonly name: OptionName; readonly takesValue: boolean }
  /** Says something about how pip works, nothing about what is to be resolved. */
  | { readonly kind: "ignored"; readonly takesValue: boolean }
  | { readonly kind: "editable" };

const known = (name: OptionName, takesValue = true): OptionMeaning => ({ kind: "known", name, takesValue });

const options = new Map<string, OptionMeaning>([
  ["-r", known("requirement")],
  ["--requirement", known("requirement")],
  ["-c", known("constraint")],
  ["--constraint", known("constraint")],
  ["-i", known("index-url")],
  ["--index-url", known("index-url")],
  ["--pypi-url", known("index-url")],
  ["--extra-index-url", known("extra-index-url")],
  ["-f", known("find-links")],
  ["--find-links", known("find-links")],
  ["--no-index", known("no-index", false)],
  ["--no-binary", known("no-binary")],
  ["--only-binary", known("only-binary")],
  ["--pre", known("pre", false)],
  ["--require-hashes", known("require-hashes", false)],
  ["-e", { kind: "editable" }],
  ["--editable", { kind: "editable" }],
  ["--prefer-binary", { kind: "ignored", takesValue: false }],
  ["--trusted-host", { kind: "ignored", takesValue: true }],
  ["--use-feature", { kind: "ignored", takesValue: true }],
]);

export type OptionReading =
  | { readonly kind: "known"; readonly name: OptionName; readonly value: string }
  | { readonly kind: "ignored" }
  | { readonly kind: "editable" }
  | { readonly kind: "wrong"; readonly reason: string };

/** Reads `--name=value`, `--name value`, `-n value` or `-nvalue`. */
export function optionOf(text: string): OptionReading {
  const [, name = "", rest = ""] = /^(--[A-Za-z-]+|-[A-Za-z])([\s\S]*)$/.exec(text) ?? [];
  const meaning = options.get(name);
  if (meaning === undefined) return { kind: "wrong", reason: "it is unknown" };
  if (meaning.kind === "editable") return meaning;
  const value = rest
    .replace(/^\s*=\s*|^\s+/, "")
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2");
  if (meaning.takesValue && value === "") return { kind: "wrong", reason: "it needs a value" };
  if (!meaning.takesValue && value !== "") return { kind: "wrong", reason: "it takes no value" };
  return meaning.kind === "ignored" ? { kind: "ignored" } : { kind: "known", name: meaning.name, value };
}
