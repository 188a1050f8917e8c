import fc from "fast-check";
import { specifiersText } from "./arbitraries.ts";

const blank = fc.constantFrom("", "", "", " ", "  ", "\t");
const glue = (...parts: fc.Arbitrary<string>[]) =>
  fc.tuple(...parts.flatMap((part) => [part, blank])).map((texts) => texts.join(""));
const quoted = (text: string) => fc.constantFrom(`"${text}"`, `'${text}'`);

const versionVariable = fc.constantFrom(
  "python_version",
  "python_full_version",
  "implementation_version",
  "platform_release",
);
const textVariable = fc.constantFrom(
  "os_name",
  "os.name",
  "sys_platform",
  "sys.platform",
  "platform_machine",
  "platform.machine",
  "platform_system",
  "platform_version",
  "platform.version",
  "platform_python_implementation",
  "platform.python_implementation",
  "python_implementation",
  "implementation_name",
);
const order = fc.constantFrom("==", "!=", "<", "<=", ">", ">=");
const membership = fc.constantFrom(" in ", " not in ", " not  in ");
const versionOperator = fc.oneof({ weight: 6, arbitrary: order }, fc.constantFrom("~=", "==="));

const versionLiteral = fc.constantFrom("3.8", "3.11", "3.11.4", "3", "3.12.*", "2.7", "3.13.0a1", "5.15", "3.9.0", "");
const oddVersionLiteral = fc.constantFrom("5.15.0-101-generic", "3.8, 3.9, 3.11", "Darwin", "10.0.*.1", "3.x");
const textLiteral = fc.constantFrom(
  "posix",
  "nt",
  "linux",
  "linux2",
  "darwin",
  "x86_64",
  "CPython",
  "cpython",
  "#1 SMP",
  "Linux",
);
const extraLiteral = fc.constantFrom("test", "Test", "dev_tools", "dev-tools", "a.b", "");

const versionComparison = fc
  .tuple(versionVariable, versionOperator, fc.oneof({ weight: 4, arbitrary: versionLiteral }, oddVersionLiteral))
  // Only a version can follow these two; what cannot is refused when read, see marker.test.ts.
  .filter(([, operator, literal]) => operator !== "~=" || /^\d+(\.\d+)+$/.test(literal))
  .filter(([, operator, literal]) => operator !== "===" || /^[^ ,]+$/.test(literal))
  .chain(([variable, operator, literal]) => glue(fc.constant(variable), fc.constant(operator), quoted(literal)));
const reversedVersion = fc
  .tuple(versionLiteral, order, versionVariable)
  .chain(([literal, operator, variable]) => glue(quoted(literal), fc.constant(operator), fc.constant(variable)));
const membershipComparison = fc
  .tuple(fc.oneof(versionVariable, textVariable), membership, fc.oneof(oddVersionLiteral, textLiteral))
  .chain(([variable, operator, literal]) => quoted(literal).map((text) => variable + operator + text));
const reversedMembership = fc
  .tuple(textLiteral, membership, textVariable)
  .chain(([literal, operator, variable]) => quoted(literal).map((text) => text + operator + variable));
const textComparison = fc
  .tuple(textVariable, order, textLiteral, fc.boolean())
  .chain(([variable, operator, literal, reversed]) =>
    reversed
      ? glue(quoted(literal), fc.constant(operator), fc.constant(variable))
      : glue(fc.constant(variable), fc.constant(operator), quoted(literal)),
  );
const extraComparison = fc
  .tuple(fc.constantFrom("==", "!="), extraLiteral)
  .chain(([operator, literal]) => glue(fc.constant("extra"), fc.constant(operator), quoted(literal)));

const comparison = fc.oneof(
  { weight: 5, arbitrary: versionComparison },
  { weight: 3, arbitrary: textComparison },
  { weight: 2, arbitrary: extraComparison },
  { weight: 1, arbitrary: reversedVersion },
  { weight: 1, arbitrary: membershipComparison },
  { weight: 1, arbitrary: reversedMembership },
);

/** A marker of any form that PEP 508 gives a meaning, nested up to three deep. */
export const markerText: fc.Arbitrary<string> = fc.letrec<{ chain: string; atom: string }>((tie) => ({
  chain: fc
    .tuple(tie("atom"), fc.array(fc.tuple(fc.constantFrom(" and ", " or ", "  and\t"), tie("atom")), { maxLength: 3 }))
    .map(([first, rest]) => first + rest.flat().join("")),
  atom: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 4, arbitrary: comparison },
    {
      weight: 1,
      arbitrary: tie("chain").chain((inner) => glue(fc.constant("("), fc.constant(inner), fc.constant(")"))),
    },
  ),
})).chain;

const name = fc.constantFrom("a", "Foo", "foo_bar", "Foo.Bar-baz", "zope.interface", "x--y", "A1", "ruamel.yaml.clib");
const extras = fc
  .array(name, { maxLength: 3 })
  .chain((names) =>
    names.length === 0
      ? fc.constantFrom("", "[]", "[ ]")
      : glue(fc.constant("["), fc.constant(names.join(" ,")), fc.constant("]")),
  );
const versions = fc.oneof(
  fc.constant(""),
  specifiersText,
  specifiersText.map((text) => `${text},`),
  specifiersText.map((text) => `(${text})`),
  specifiersText.map((text) => `( ${text} )`),
  fc.constant("()"),
);
const url = fc.constantFrom(
  "https://example.org/a-1.0-py3-none-any.whl",
  "git+https://example.org/a.git@main#egg=a&subdirectory=b",
  "file:///tmp/a;b",
  "./a",
);
const marker = fc.oneof(
  fc.constant(""),
  markerText.map((text) => `;${text}`),
  markerText.map((text) => ` ; ${text}`),
);

/** A requirement of any form that PEP 508 permits. */
export const requirementText = fc.oneof(
  { weight: 5, arbitrary: glue(fc.constant(""), name, extras, versions, marker) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        glue(name, extras),
        fc.constantFrom("@", "@ "),
        url,
        fc.oneof(
          fc.constant(""),
          markerText.map((m) => ` ; ${m}`),
        ),
      )
      .map((parts) => parts.join("")),
  },
);

/** Requirements, and requirements with one character removed, doubled or replaced. */
export const requirementLikeText = fc.oneof(
  requirementText,
  fc
    .tuple(
      requirementText,
      fc.nat(200),
      fc.constantFrom("", "", ";", ",", "(", ")", "[", "@", "=", " ", '"', "~", "!", "é"),
    )
    .map(([text, at, character]) => {
      const place = text.length === 0 ? 0 : at % text.length;
      return text.slice(0, place) + character + text.slice(place + 1);
    }),
);
