import { describe, expect, test } from "bun:test";
import { formatRequirement, parseRequirement } from "./requirement.ts";
import { diagnosticOf, faultOf } from "./testing/problem.ts";

describe("parseRequirement", () => {
  test("answers normalised parts", () => {
    const requirement = parseRequirement('Foo_Bar[Z.x, a] >=1.0, <2 ; python_version < "3.8"');
    expect(requirement).toMatchObject({ name: "foo-bar", extras: ["a", "z-x"] });
    expect(requirement.marker).toMatchObject({ kind: "compare", variable: "python_version", value: "3.8" });
    expect("url" in parseRequirement("a")).toBe(false);
    expect("marker" in parseRequirement("a")).toBe(false);
  });

  // As they stand in the metadata of released distributions.
  test.each([
    ["zope.interface (>=3.6.0)", "zope-interface>=3.6.0"],
    ["pytest (<3,>=2.9)", "pytest<3,>=2.9"],
    ["importlib-metadata (>=1.0) ; python_version<'3.8'", 'importlib-metadata>=1.0; python_version < "3.8"'],
    [
      "futures ; python_version==\"2.7\" or python_version=='2.6'",
      'futures; python_version == "2.7" or python_version == "2.6"',
    ],
    ["pywin32 >=226 ; platform_system=='Windows'", 'pywin32>=226; platform_system == "Windows"'],
    ["enum34; python_version in '2.7 3.2 3.3'", 'enum34; python_version in "2.7 3.2 3.3"'],
    ["colorama; 'win' in sys.platform", 'colorama; "win" in sys_platform'],
    ["requests[security,socks]>=2.8.1,==2.8.*", "requests[security,socks]==2.8.*,>=2.8.1"],
    ["numpy>=1.13.3,!=1.14.0,", "numpy!=1.14.0,>=1.13.3"],
    ["foo()", "foo"],
    ["name@http://foo.com", "name @ http://foo.com"],
    ["pip @ file:///localbuilds/pip-1.3.1-py33-none-any.whl", "pip @ file:///localbuilds/pip-1.3.1-py33-none-any.whl"],
    ["a @ git+https://x.org/a@v1;b ; extra=='T_e.st'", 'a @ git+https://x.org/a@v1;b ; extra == "t-e-st"'],
    [
      "x; (python_version>='3' and os_name=='nt') or (extra=='a' and (os_name=='posix'))",
      'x; python_version >= "3" and os_name == "nt" or extra == "a" and os_name == "posix"',
    ],
    ["x; os_name=='a' and (os_name=='b' or os_name=='c')", 'x; os_name == "a" and (os_name == "b" or os_name == "c")'],
    ["\tspaced\t[ e ]\t>=\t1 ;  os_name  ==  'a\"b' ", "spaced[e]>=1; os_name == 'a\"b'"],
  ])("reads %j as %j", (text, printed) => {
    expect(formatRequirement(parseRequirement(text))).toBe(printed);
    expect(formatRequirement(parseRequirement(printed))).toBe(printed);
  });

  test.each([
    ["", 1, "expected a package name, found the end"],
    ["  ", 3, "expected a package name, found the end"],
    ["-foo", 1, "expected a package name, found '-'"],
    ["é>=1", 1, "expected a package name, found 'é'"],
    ["foo_", 4, "a name must end with a letter or digit"],
    ["foo-[a]", 4, "a name must end with a letter or digit"],
    ["foo bar", 5, "expected a specifier, '@', ';' or the end, found 'b'"],
    ["foo[a", 6, "expected ',' or ']' for the '[' at column 4, found the end"],
    ["foo[a b]", 7, "expected ',' or ']' for the '[' at column 4, found 'b'"],
    ["foo[a,]", 7, "expected the name of an extra after ','"],
    ["foo[,a]", 5, "expected the name of an extra or ']', found ','"],
    ["foo[a*]", 6, "expected ',' or ']' for the '[' at column 4, found '*'"],
    ["foo=1.0", 4, "expected one of == != <= >= < > ~= ===, found '='"],
    ["foo 1.0", 5, "expected a specifier, '@', ';' or the end, found '1'"],
    ["foo>=", 6, "expected a version after '>=', found the end"],
    ["foo>=1.0.x", 6, "'1.0.x' is not a version"],
    ["foo>=1.0 <2", 10, "expected ',', ';' or the end, found '<'"],
    ["foo>=1,,<2", 8, "expected ',', ';' or the end, found ','"],
    ["foo>=1.*", 6, "'.*' may only follow == and !=, not >="],
    ["foo~=1", 6, "~= needs at least two numbers, as in ~=1.4"],
    ["foo (>=1", 9, "expected ')' for the '(' at column 5, found the end"],
    ["foo (1.0)", 6, "expected ')' for the '(' at column 5, found '1'"],
    ["foo>=1)", 7, "expected ',', ';' or the end, found ')'"],
    ["foo @", 6, "expected a URL after '@'"],
    ["foo @ https://x.org/a b", 23, "expected ';' or the end, found 'b'"],
    ["foo @ http://[bad/foo-1.0-py3-none-any.whl", 7, "it is no valid URL"],
    ["foo @ https://e.org:99999/foo-1.0-py3-none-any.whl; os_name == 'nt'", 7, "it is no valid URL"],
    ["foo @ https://e.org/%zz.whl", 7, "the escapes (%) in the URL's last segment are malformed"],
    ["foo; ", 6, "expected a marker variable or a quoted text, found the end"],
    ["foo; python_version", 20, "expected one of == != <= >= < > ~= === in, not in, found the end"],
    ["foo; python_version <", 22, "expected a marker variable or a quoted text, found the end"],
    ["foo; python_version < 3.8", 23, "expected a marker variable or a quoted text, found '3'"],
    ["foo; python_version < '3.8", 23, "the quoted text is not closed by '"],
    ["foo; python_versio < '3.8'", 6, "'python_versio' is not a marker variable"],
    ["foo; os_name == 'nt' and", 25, "expected a marker variable or a quoted text, found the end"],
    ["foo; os_name == 'nt' os_name", 22, "expected 'and', 'or' or the end, found 'o'"],
    ["foo; (os_name == 'nt'", 22, "expected ')' for the '(' at column 6, found the end"],
    ["foo; os_name ~= 'posix'", 14, "~= compares versions, and 'os_name' is none"],
    ["foo; python_version === ''", 21, "=== cannot be used with ''"],
    ["foo; 'a' == 'b'", 6, "one side of a comparison must be a variable"],
    ["foo; os_name == 'nt')", 21, "expected 'and', 'or' or the end, found ')'"],
  ])("refuses %j with E_REQUIREMENT_INVALID at column %i", (text, column, reason) => {
    expect(faultOf(() => parseRequirement(text))).toMatchObject({
      code: "E_REQUIREMENT_INVALID",
      message: `cannot read the requirement '${text}': ${reason} at column ${column}`,
      column,
    });
  });

  test("refuses a quoted text of several lines", () => {
    const { code, column, message } = faultOf(() => parseRequirement("foo; os_name == 'n\nt'"));
    expect({ code, column }).toEqual({ code: "E_REQUIREMENT_INVALID", column: 19 });
    expect(message).toContain("a quoted text ends on its own line");
  });

  test("refuses a name that no file could have, and does not repeat all of it", () => {
    expect(parseRequirement("x".repeat(255)).name).toHaveLength(255);
    const { message } = faultOf(() => parseRequirement(`${"x".repeat(200_000)}>=1`));
    expect(message).toEndWith("xxx…': a name has at most 255 characters at column 1");
    expect(message.length).toBeLessThan(300);
  });

  test("refuses more extras than any project has", () => {
    const withExtras = (count: number): string => `foo[${Array.from({ length: count }, (_, i) => `x${i}`).join(",")}]`;
    expect(parseRequirement(withExtras(1000)).extras).toHaveLength(1000);
    const { message } = faultOf(() => parseRequirement(withExtras(50_000)));
    expect(message).toEndWith("a requirement has at most 1000 extras at column 4");
  });

  test("shows no password of a URL", () => {
    const { message } = faultOf(() => parseRequirement("foo @ https://joe:hunter2@x.org/a.whl b"));
    expect(message).not.toContain("hunter2");
    expect(message).toEndWith("expected ';' or the end, found 'b' at column 39");
    expect(faultOf(() => parseRequirement("my_key==1 2")).message).toContain("'my_key==1 2'");
  });

  test("marks the whole faulty word in its span, and hints at the form", () => {
    const { spans, hint } = diagnosticOf(() => parseRequirement("foo>=1.0.x,<2"));
    expect(spans).toEqual([{ line: 1, column: 6, end_line: 1, end_column: 11 }]);
    expect(hint).toContain("name[extra]>=1.2,<2");
  });
});
