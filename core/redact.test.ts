import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  isSecretName,
  openRedactor,
  redact,
  redactAddress,
  redactEnvironment,
  redactMessage,
  redactPlace,
  redactValue,
} from "./redact.ts";
import { testSeed } from "./testing/seed.ts";

describe("redact", () => {
  test.each([
    ["https://user:hunter2@example.org/simple/", "https://****@example.org/simple/"],
    ["https://hunter2@example.org/", "https://****@example.org/"],
    ["https://user:p@ss@example.org/", "https://****@example.org/"],
    ["http://u:TOP SECRET@h/simple", "http://****@h/simple"],
    ["no file '/home/me/http:/u:TOP@h/x'", "no file '/home/me/http:/****@h/x'"],
    ["no file '/home/me/https:/u:TOP SECRET@h/x'", "no file '/home/me/https:/****@h/x'"],
    ["x @ http://u:TOP/SECRET@h/x.whl", "x @ http://****@h/x.whl"],
    ["http://u:TOP/SE@CR ET@h/ and http://v:A B@c/", "http://****@CR ET@h/ and http://****@c/"],
    ["'http://:TOP SECRET/2@h:80/' a@b", "'http://****@h:80/' a@b"],
    ["https://a.blob.example/f.whl?sv=2024&sig=a%2Fb%3D&se=1", "https://a.blob.example/f.whl?sv=2024&sig=****&se=1"],
    [
      'href="https://x.org/f.whl?v=1&amp;sig=abc&amp;token=d"',
      'href="https://x.org/f.whl?v=1&amp;sig=****&amp;token=****"',
    ],
    ["https://x.org/?apikey=abc&signal=9", "https://x.org/?apikey=****&signal=9"],
    ["get https://a:b@x.org/ and http://c@y.org/", "get https://****@x.org/ and http://****@y.org/"],
    [
      "https://x.org/f.whl?name=a&X-Amz-Signature=abc&v=1#sha256=0f",
      "https://x.org/f.whl?name=a&X-Amz-Signature=****&v=1#sha256=0f",
    ],
    ["alpha @ http://us:SEC'RET@h:80/a.whl", "alpha @ http://****@h:80/a.whl"],
    [`<http://us:SEC"RET@h/> 'http://us:SEC\`RET@h'`, "<http://****@h/> 'http://****@h'"],
    ["'http://us:S<E>C'RET@h/simple' and http://us:'SECRET'@h", "'http://****@h/simple' and http://****@h"],
    ["'alpha @ http://SEC'RET@h/a.whl'", "'alpha @ http://****@h/a.whl'"],
    ["alpha @ http:us:SECRET@h/a.whl", "alpha @ http:****@h/a.whl"],
    ["http:\\\\us:SECRET@h and https:///us:SECRET@h/", "http:\\\\****@h and https:///****@h/"],
    ["git+https:us:SECRET@h, git+ssh://u:TOP/SECRET@h", "git+https:****@h, git+ssh://****@h"],
    ["http://us:SECR%40h:80/simple", "http://****%40h:80/simple"],
    ["http://SECR%40h/ and https://us:S%40E@CR%40h", "http://****%40h/ and https://****@CR%40h"],
    ["http://us:SEC'RET%40h/simple", "http://****%40h/simple"],
    ["'//us:SECR@h/simple' and 'http ://us:SECR@h'", "'//****@h/simple' and 'http ://****@h'"],
    ["no file '/home/me/htp:/us:SECR@h'", "no file '/home/me/htp:/****@h'"],
    [
      "https://x/?accessToken=a&authToken=b&jwt=c&bearer=d",
      "https://x/?accessToken=****&authToken=****&jwt=****&bearer=****",
    ],
    ["https://x/?sas=a&pw=b&session=c&token[]=d&v=1", "https://x/?sas=****&pw=****&session=****&token[]=****&v=1"],
    ["https://x/?%74oken=a&a%63cessToken%5B%5D=b", "https://x/?%74oken=****&a%63cessToken%5B%5D=****"],
    [
      "https://x/?a=1;token=b https://x/?a?token=b https://x/#token=b",
      "https://x/?a=1;token=**** https://x/?a?token=**** https://x/#token=****",
    ],
    [
      "https://x/?sessionId=a&session_id=b&sessionid=c&token[0]=d&oauth=e&v=1",
      "https://x/?sessionId=****&session_id=****&sessionid=****&token[0]=****&oauth=****&v=1",
    ],
    [
      "https://x/a;jsessionid=b&JSESSIONID=c&usertoken=d&passphrase=e&tokenValue=f&PHPSESSID=g",
      "https://x/a;jsessionid=****&JSESSIONID=****&usertoken=****&passphrase=****&tokenValue=****&PHPSESSID=****",
    ],
    ["http://h:80?token=a@b&v=1", "http://h:80?token=****&v=1"],
    ["http://us:SECR?a=1@h and http://TOK?EN@h", "http://****@h and http://****@h"],
    ["docker://us:SECR@img:latest@sha256:0f", "docker://****@img:latest@sha256:0f"],
    ["https//us::SECR@h and //us:80?x@h", "https//us::SECR@h and //us:80?x@h"],
    ["Authorization: Bearer abc.def", "Authorization: ****"],
    ["proxy-authorization: Basic Zm9v", "proxy-authorization: ****"],
    ["PYPI_TOKEN=abc pip install", "PYPI_TOKEN=**** pip install"],
    ["MY_PASSWORD='a b' x", "MY_PASSWORD=**** x"],
    ["`https://x.org/?token=abc` is bad", "`https://x.org/?token=****` is bad"],
  ])("%p becomes %p", (text, masked) => {
    expect(redact(text)).toBe(masked);
  });

  test("a value goes whole, however a shell may quote its parts", () => {
    expect(redact(`A_TOKEN="a b"c'd e'f g`)).toBe("A_TOKEN=**** g");
    expect(redact('A_TOKEN=""(')).toBe("A_TOKEN=****");
  });

  test.each([
    "https://example.org/simple/",
    "a@b.org",
    "flask==2.0; python_version >= '3.9'",
    "key = value",
    "x@https://a/b",
    "https://example.org:8080/@scope/x and a@b",
    "https://example.org: mail a@b",
    "https://[::1]:80/@scope",
    "https://example.org/x mail: a@b",
    "'http://host:port/' and a@b",
    "http://host:port/x\na@b",
    "http://host:port/ or http://a/ or a@b",
    "pulled docker://alpine:latest for me@corp.org; see scp://h:dir/f to bob@h2",
    "http://h:dir/f to bob@h2, http://host:port mail me@corp.org",
    `{"proxy":"http://proxy:3128","mail":"me@corp.org"}`,
    `{'a':'http://h','b':'x@y'} "http://h","x@y" <http://h>x@y`,
    "'PROXY=http://proxy:3128','MAIL=me@corp.org'",
    "'http://host:80' and a@b; https: a@b; {'http':'a@b'}",
    "http://host:port/simple https://us:SECR",
    "pull h/alpine:3@sha256:0f, C:/a:b@c, //a:b and //c@d",
    "https://x/a%40b and http://h:80/%40scope",
    "http://h?mail=a@b.c and http://h:8080?mail=a%40b.c",
    "http://[::1]:80?mail=a@b.c and http://[::1]?mail=a@b.c",
    "http://h:8080#a@b.c",
    "https://h:80; a@b, https://h:80, a@b and https://h:80) a@b",
    "std::vec//x::y@z",
    "docker://img:latest@sha256:0f and //img:1@sha256:0f",
    "git+ssh://git@github.com/a/b.git@v1 and ssh://git@h:22/a",
    "https://x/?signal=1&monkey=2&compass=3&id=4#sha256=0f&egg=x",
    "x = 1 #token=2 ;key=3",
  ])("%p stays", (text) => {
    expect(redact(text)).toBe(text);
  });

  test("is idempotent", () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.string(), (url, text) => {
        const once = redact(`${text} ${url} PASSWORD=${text}`);
        expect(redact(once)).toBe(once);
      }),
      { seed: testSeed },
    );
  });
});

test.each([
  ["http://u:A B C@h/simple", "http://****@h/simple"],
  ["cannot read 'alpha @ http://u:A B C/2@h/x.whl'", "cannot read 'alpha @ http://****@h/x.whl'"],
  ["see docker://alpine:latest for me@corp.org", "see docker://alpine:latest for me@corp.org"],
  ["'https://us:SECR' and 'https://us:SECR/simple'", "'https://us:****' and 'https://us:****/simple'"],
  ["aa @ http://us:SECR/aa.whl; x", "aa @ http://us:****/aa.whl; x"],
  ["http://u:A B%40h/simple", "http://****%40h/simple"],
  [
    "http://h:80/x http://h:/ http://h:${PORT}/ http://[::1]:80/",
    "http://h:80/x http://h:/ http://h:${PORT}/ http://[::1]:80/",
  ],
  ["http://::1:8080/ http://fe80::1/", "http://::1:8080/ http://fe80::1/"],
  [
    "see http://h:8080: refused (https://h:80), https://h:80.",
    "see http://h:8080: refused (https://h:80), https://h:80.",
  ],
  ["http://h:8080, then a@b; http://localhost:PORT/!", "http://h:8080, then a@b; http://localhost:PORT/!"],
  ["http://us:8080SECR: refused", "http://us:**** refused"],
  ["name[extra]@1.0 of a@b: C:\\x:y", "name[extra]@1.0 of a@b: C:\\x:y"],
])("in a message, %p becomes %p", (text, masked) => {
  expect(redactMessage(text)).toBe(masked);
});

describe("an address", () => {
  test.each([
    ["http://us:SEC'RET@h/a.whl", "http://****@h/a.whl"],
    ["http://SEC'RET@h/a.whl", "http://****@h/a.whl"],
    [`https://us:1'2"3\`4<5>6@h:80/`, "https://****@h:80/"],
    ["http://us:S@E'C@h/", "http://****@h/"],
    ["http:us:SECRET@h/a", "http:****@h/a"],
    ["http:\\\\us:SECRET@h/a", "http:\\\\****@h/a"],
    ["http:///us:SECRET@h/a", "http:///****@h/a"],
    ["us:SECRET@h:80", "us:****@h:80"],
    ["//SECRET@h:80", "//****@h:80"],
    ["corp=http://us:SEC'RET@h/simple", "corp=http://****@h/simple"],
    ["http://us:A B\tC\nD@h/", "http://****@h/"],
    ["http://us:TOP/SE'CRET@h/a", "http://****@h/a"],
    ["http://h/a?token=SEC'RET&v=1#f", "http://h/a?token=****&v=1#f"],
    ["  git+ssh://token@h/x", "  git+ssh://****@h/x"],
    ["git+ssh://git:SECR@h/x", "git+ssh://****@h/x"],
    ["https://git@h/x", "https://****@h/x"],
    ["http://us:SE?CR=1@h/x", "http://****@h/x"],
    ["http://TOK?EN@h/x", "http://****@h/x"],
    ["http://us:80,SECR@h/x", "http://****@h/x"],
    ["http://us:SECR%40h:80/", "http://****%40h:80/"],
    ["us:SECR%40h/simple", "us:****%40h/simple"],
    ["http://us:SE/CR%40h/simple", "http://****%40h/simple"],
    ["https://us:SECR", "https://us:****"],
    ["corp=https://us:SE'CR?x/simple", "corp=https://us:****/simple"],
    ["ftp://us:SECR/x", "ftp://us:****/x"],
    ["//us:SECR/x", "//us:****/x"],
    ["http ://us:SECR@h", "http ://****@h"],
    ["htp://us:SECR@h/x", "htp://****@h/x"],
  ])("%p becomes %p", (address, masked) => {
    expect(redactAddress(address)).toBe(masked);
    expect(redactAddress(masked)).toBe(masked);
  });

  test.each([
    "https://example.org:8080/@scope/x",
    "https://pkgs.example/feed@Local/simple",
    "https://[::1]:80/@scope",
    "file:///C:/a@b/c",
    "/home/me@corp/wheels",
    "../a@b",
    "corp=../a@b",
    "C:\\wheels\\a@b",
    "corp=C:\\wheels",
    "file://C:\\wheels",
    "//server/share:x",
    "http://h:80?x=1",
    "http://h?mail=a@b.c",
    "corp=http://h:8080?mail=a@b.c#d@e",
    "git+ssh://git@github.com/a/b.git@v1",
    "docker://img:latest@sha256:0f",
    "http://localhost:PORT/",
    "https://h:80.",
    "http://::1:80/simple",
    "/home/me%40corp/x",
    "wheels:2024",
  ])("%p stays", (address) => {
    expect(redactAddress(address)).toBe(address);
  });
});

test("a place is called by its path, unless it was written with a login", () => {
  expect(redactPlace("wheels", "/home/me/wheels")).toBe("/home/me/wheels");
  expect(redactPlace("//us:SECR@h/simple", "/us:SECR@h/simple")).toBe("//****@h/simple");
});

test.each([
  ["PYPI_TOKEN", true],
  ["AWS_SECRET_ACCESS_KEY", true],
  ["DB_PASSWORD_FILE", true],
  ["api-key", true],
  ["authorization", true],
  ["PATH", false],
  ["KEYBOARD", false],
  ["MONKEY", false],
  ["TOKENIZERS_PARALLELISM", false],
])("the name %p holds a secret: %p", (name, secret) => {
  expect(isSecretName(name)).toBe(secret);
});

test("an environment is masked by name and by content", () => {
  expect(
    redactEnvironment({ A_TOKEN: "x", PIP_INDEX_URL: "https://u:p@x.org/", PATH: "/bin", NONE: undefined }),
  ).toEqual({
    A_TOKEN: "****",
    PIP_INDEX_URL: "https://****@x.org/",
    PATH: "/bin",
  });
});

describe("openRedactor", () => {
  const known = { A_TOKEN: "hunter2", B_KEY: "hunter2-longer", SHORT_KEY: "1", PATH: "/usr/bin" };
  const redactText = openRedactor(known).text;

  test("masks the environment's secrets wherever they stand", () => {
    expect(redactText("I saw hunter2-longer and hunter2, in /usr/bin, 1 time")).toBe(
      "I saw **** and ****, in /usr/bin, 1 time",
    );
  });

  test("masks what redact does", () => {
    expect(redactText("no file '/x/http:/u:p@h'")).toBe("no file '/x/http:/****@h'");
    expect(redactText("https://u:p@x.org/ AUTHORIZATION: abc")).toBe("https://****@x.org/ AUTHORIZATION: ****");
  });

  test("equals redact on any text, where the environment has no secret", () => {
    const plain = openRedactor({}).text;
    fc.assert(
      fc.property(fc.string(), (text) => expect(plain(text)).toBe(redact(text))),
      { seed: testSeed },
    );
  });
});

test("a value is redacted in depth, our own keys apart", () => {
  const value = {
    key: "abc",
    env_key: "def",
    list: ["https://u@x/"],
    headers: { authorization: "abc", password: "p" },
    n: 1,
    none: null,
  };
  expect(redactValue(value, redact)).toEqual({
    key: "abc",
    env_key: "def",
    list: ["https://****@x/"],
    headers: { authorization: "****", password: "****" },
    n: 1,
    none: null,
  });
});
