import { describe, expect, test } from "bun:test";
import { Problem } from "@vivarium/core/diagnostic";
import { formatRequirement } from "../versions/requirement.ts";
import { parseGivenRequirement } from "./given-requirement.ts";

const read = (text: string) => parseGivenRequirement(text, (path) => Bun.pathToFileURL(`/srv/${path}`).href);
const textOf = (text: string): string => formatRequirement(read(text));

/** Code, column and, for a fault of syntax, the reason. */
function faultOf(text: string): string {
  try {
    return textOf(text);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { reason = "" } = error.params as { readonly reason?: string };
    return [error.code, error.spans[0]?.column, reason].join(" ").trim();
  }
}

const wheel = "lib-1.0-py3-none-any.whl";
const url = `https://host.invalid/${wheel}`;
const old = 'python_version < "3"';

describe("a wheel by its place", () => {
  test.each([
    [`./${wheel} ; ${old}`, `lib @ file:///srv/${wheel} ; ${old}`],
    [`./${wheel}; ${old}`, `lib @ file:///srv/${wheel} ; ${old}`],
    [`./${wheel};${old}`, `lib @ file:///srv/${wheel} ; ${old}`],
    [`./${wheel}[T]`, `lib[t] @ file:///srv/${wheel}`],
    [`./${wheel} [b, a] ; ${old}`, `lib[a,b] @ file:///srv/${wheel} ; ${old}`],
    [`${wheel}[t]`, `lib[t] @ file:///srv/${wheel}`],
    [`${wheel} ; ${old}`, `lib @ file:///srv/${wheel} ; ${old}`],
    [`${url}; ${old}`, `lib @ ${url} ; ${old}`],
    [`${url} ; ${old}`, `lib @ ${url} ; ${old}`],
    [`${url} ;${old}`, `lib @ ${url} ; ${old}`],
    [`${url}[t]`, `lib[t] @ ${url}`],
    [`${url}[t] ; ${old}`, `lib[t] @ ${url} ; ${old}`],
    [`${url}#sha256=00 ; ${old}`, `lib @ ${url}#sha256=00 ; ${old}`],
    [`${url}#sha256=00; ${old}`, `lib @ ${url}#sha256=00 ; ${old}`],
    [`${url}#sha256=00[t]`, `lib[t] @ ${url}#sha256=00`],
    [`${url}#egg=lib`, `lib @ ${url}#egg=lib`],
    [`${url}#egg=other`, `lib @ ${url}#egg=other`],
    [`${url}#sha256=00&egg=lib[t]`, `lib[t] @ ${url}#sha256=00&egg=lib`],
    [`file:///far/${wheel}; ${old}`, `lib @ file:///far/${wheel} ; ${old}`],
    [`file:///far/${wheel}[t]`, `lib[t] @ file:///far/${wheel}`],
    [`file:./${wheel} ; ${old}`, `lib @ file:///srv/${wheel} ; ${old}`],
    [`file:sub%20dir/${wheel}`, `lib @ file:///srv/sub%20dir/${wheel}`],
  ])("%s", (text, expected) => {
    expect(textOf(text).replace("/./", "/")).toBe(expected);
  });
});

describe("a name with its place", () => {
  test.each([
    [`lib @ file:${wheel}`, `lib @ file:///srv/${wheel}`],
    [`lib @ file:./${wheel}#sha256=00`, `lib @ file:///srv/${wheel}#sha256=00`],
    [`lib @ ./${wheel}`, `lib @ file:///srv/${wheel}`],
    [`lib[t] @ ${wheel} ; ${old}`, `lib[t] @ file:///srv/${wheel} ; ${old}`],
    [`lib @ ./${wheel}#sha256=00`, `lib @ file:///srv/${wheel}#sha256=00`],
    [`lib @ /far/${wheel}`, `lib @ file:///srv//far/${wheel}`],
    [`lib @ file:///far/${wheel}`, `lib @ file:///far/${wheel}`],
    [`lib @ git+https://host.invalid/lib`, "lib @ git+https://host.invalid/lib"],
  ])("%s", (text, expected) => {
    expect(textOf(text).replace("/./", "/")).toBe(expected);
  });
});

describe("what is wrong is told of with its column", () => {
  test.each([
    [`${url} ; nonsense`, /^E_REQUIREMENT_INVALID 49 'nonsense' is not a marker variable/],
    [`${url}[t`, /^E_REQUIREMENT_SOURCE/],
    [`${url}[?]`, /^E_REQUIREMENT_INVALID 47 expected the name of an extra/],
    [`./${wheel}[a]b]`, /^E_REQUIREMENT_INVALID 30 expected the end/],
    [`${url};${old}`, /^E_REQUIREMENT_INVALID 46 a blank must stand between the URL and ';'/],
    [`lib @ ${url};${old}`, /^E_REQUIREMENT_INVALID 52 a blank must stand between the URL and ';'/],
    [`lib @ ${url}; ${old}`, /^E_REQUIREMENT_INVALID 52 a blank must stand between the URL and ';'/],
    [`lib @ ./${wheel}#sha256=00;${old}`, /^E_REQUIREMENT_INVALID 43 a blank must stand between the URL and ';'/],
    [`./${wheel}#sha256=00`, /^E_REQUIREMENT_INVALID 27 a path has no '#'/],
    [`.[dev]`, /^E_REQUIREMENT_PROJECT/],
    [`./project ; ${old}`, /^E_REQUIREMENT_PROJECT/],
    ["https://[::1]", /^E_REQUIREMENT_SOURCE/],
    ["./none.whl", /^E_WHEEL_FILENAME/],
    ["./lib-1.0-py3-none-any (1).whl", /^E_WHEEL_FILENAME/],
    ["https://h/none.whl", /^E_WHEEL_FILENAME/],
    [`./${wheel}[fast`, /^E_REQUIREMENT_INVALID 27 the '\[' before the extras is not closed/],
    [`lib @ //us:SECR@h/${wheel}`, /^E_REQUIREMENT_INVALID 1 a URL begins with its scheme/],
    [`//us:SECR@h/${wheel}`, /^E_REQUIREMENT_INVALID 1 a URL begins with its scheme/],
  ])("%s", (text, expected) => {
    expect(faultOf(text)).toMatch(expected);
  });
});

test("what only a build could make a wheel of counts for nothing where its marker is false", () => {
  const remote = "https://host.invalid/My_Lib-1.0.tar.gz";
  expect(textOf(`${remote} ; ${old}`)).toBe(`my-lib @ ${remote} ; ${old}`);
  expect(textOf(`git+https://host.invalid/my/lib.git@v1 ; ${old}`)).toBe(
    `lib @ git+https://host.invalid/my/lib.git@v1 ; ${old}`,
  );
  expect(textOf(`git+https://host.invalid/x#egg=My.Lib&subdirectory=y ; ${old}`)).toStartWith("my-lib @ git+");
  expect(faultOf(remote)).toBe("E_REQUIREMENT_SOURCE");
});
