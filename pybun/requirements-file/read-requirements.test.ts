import { describe, expect, test } from "bun:test";
import { Problem } from "@vivarium/core/diagnostic";
import { formatRequirement } from "../versions/requirement.ts";
import { type RequirementsFiles, readRequirementsFiles } from "./read-requirements.ts";

type Files = Readonly<Record<string, string>>;

/** Reads /project/main.txt of a file system that is a record. */
function readAll(files: Files, environment: Readonly<Record<string, string>> = {}): Promise<RequirementsFiles> {
  const read = async (path: string): Promise<Uint8Array> => {
    const text = files[path];
    if (text === undefined) throw new Error("no such file");
    return Buffer.from(text, encodingOf(path));
  };
  return readRequirementsFiles({ requirements: ["main.txt"], constraints: [] }, { cwd: "/project", environment, read });
}

const readMain = (text: string, environment?: Readonly<Record<string, string>>) =>
  readAll({ "/project/main.txt": text }, environment);

async function requirementsOf(text: string, environment?: Readonly<Record<string, string>>): Promise<string[]> {
  const { requirements } = await readMain(text, environment);
  return requirements.map(({ requirement }) => formatRequirement(requirement));
}

const encodingOf = (path: string): "latin1" | "utf8" => (path.includes("latin") ? "latin1" : "utf8");

/** Code and place of the problem. */
async function faultOf(files: Files): Promise<string> {
  try {
    await readAll(files);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { file, line, column } = error.spans[0] ?? {};
    return `${error.code} ${file}:${line}:${column}`;
  }
  return "no fault";
}

describe("lines", () => {
  test("comments, blank lines and continuations are read as pip reads them", async () => {
    const text = [
      "\uFEFF# a comment",
      "flask>=2  # why",
      "",
      "requests \\",
      "  >=2, \\",
      "  <3",
      "url-like @ https://example.org/url_like-1-py3-none-any.whl#sha256=00",
      "one \\",
      "# a comment ends what was continued onto it",
      "two",
    ].join("\r\n");
    expect(await requirementsOf(text)).toEqual([
      "flask>=2",
      "requests<3,>=2",
      "url-like @ https://example.org/url_like-1-py3-none-any.whl#sha256=00",
      "one",
      "two",
    ]);
  });

  test("variables in braces are replaced, others stay", async () => {
    const text = "${NAME}==${VERSION}\n--index-url https://${USER}:${UNSET}@example.org/simple";
    const found = await readMain(text, { NAME: "flask", VERSION: "3.0", USER: "me" });
    expect(found.requirements.map(({ requirement }) => formatRequirement(requirement))).toEqual(["flask==3.0"]);
    expect(found.defaultIndex).toBe("https://me:${UNSET}@example.org/simple");
  });

  test("hashes belong to their requirement", async () => {
    const { requirements } = await readMain("flask==3.0 \\\n  --hash=sha256:ab \\\n  --hash SHA512:CD\nsix");
    expect(requirements.map(({ hashes }) => hashes)).toEqual([["sha256:ab", "sha512:cd"], []]);
  });

  test("markers keep their semicolon, and a place is kept for each requirement", async () => {
    const { requirements } = await readMain('\n  six ; python_version < "3"\n');
    expect(requirements.map(({ requirement }) => formatRequirement(requirement))).toEqual([
      'six; python_version < "3"',
    ]);
    expect(requirements[0]?.span).toEqual({
      file: "main.txt",
      line: 2,
      column: 3,
      text: '  six ; python_version < "3"',
    });
  });

  test("wheels can be named by path or URL alone", async () => {
    const text = "./wheels/My_Pkg-1.0-py3-none-any.whl\nhttps://example.org/other-2-py3-none-any.whl";
    expect(await requirementsOf(text)).toEqual([
      "my-pkg @ file:///project/wheels/My_Pkg-1.0-py3-none-any.whl",
      "other @ https://example.org/other-2-py3-none-any.whl",
    ]);
  });
});

test("a long file lets others run while it is read", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  try {
    await readMain(Array.from({ length: 200_000 }, (_, i) => `project-${i}>=1,<2`).join("\n"));
    expect(turns).toBeGreaterThan(0);
  } finally {
    clearInterval(timer);
  }
});

describe("a long line takes no time to speak of", () => {
  const blanks = " ".repeat(300_000);
  test.each([
    ["blanks before a text that does not belong there", `six${blanks}x`],
    ["blanks at the end", `six${blanks}`],
    ["blanks at the beginning", `${blanks}x x`],
    ["blanks on a continued line", `six \\\n${blanks}x`],
    ["blanks in an option", `-r${blanks}x${blanks}y`],
    ["blanks in a hash", `six==1 --hash=${blanks}x`],
    ["blanks before a variable", `six${blanks}\${A}`],
  ])("%s", async (_, text) => {
    expect(
      await readMain(text, { A: "x".repeat(300_000) }).then(
        () => "read",
        () => "refused",
      ),
    ).toBeString();
  });
});

describe("options", () => {
  test("of indexes, links and kinds of files are collected", async () => {
    const text = [
      "-i https://one.example/simple",
      "--extra-index-url=https://two.example/simple --extra-index-url https://three.example/simple",
      "-f ./links",
      "--no-binary :all: --only-binary=numpy,scipy",
      "--pre",
      "--prefer-binary --trusted-host one.example",
    ].join("\n");
    const { requirements, constraints, ...settings } = await readMain(text);
    expect([requirements, constraints]).toEqual([[], []]);
    expect(settings).toEqual({
      defaultIndex: "https://one.example/simple",
      extraIndexes: ["https://two.example/simple", "https://three.example/simple"],
      findLinks: ["/project/links"],
      noIndex: false,
      noBinary: [":all:"],
      onlyBinary: ["numpy,scipy"],
      pre: true,
      read: [{ place: "/project/main.txt", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
  });

  test("include other files, relative to the file that names them", async () => {
    const files = {
      "/project/main.txt": "-r deep/more.txt\n-c limits.txt\nlast",
      "/project/deep/more.txt": "first\n--constraint ../limits.txt\n--requirement=even.txt",
      "/project/deep/even.txt": "second",
      "/project/limits.txt": "first<2",
    };
    const found = await readAll(files);
    expect(found.requirements.map(({ requirement }) => requirement.name)).toEqual(["first", "second", "last"]);
    expect(found.constraints.map(({ requirement }) => formatRequirement(requirement))).toEqual(["first<2"]);
    const names = ["main.txt", "deep/more.txt", "limits.txt", "deep/even.txt"];
    expect(found.read.map(({ place }) => place)).toEqual(names.map((name) => `/project/${name}`));
  });
});

test("a file that is included again in the same role is read once", async () => {
  const names = Array.from({ length: 30 }, (_, i) => `/project/${i}.txt`);
  const files: Record<string, string> = { "/project/main.txt": "-r 0.txt\n-c 29.txt" };
  for (const [i, name] of names.entries()) files[name] = i < 29 ? `-r ${i + 1}.txt\n-r ${i + 1}.txt\n` : "six";
  const found = await readAll(files);
  expect(found.requirements.map(({ requirement }) => requirement.name)).toEqual(["six"]);
  expect(found.constraints.map(({ requirement }) => requirement.name)).toEqual(["six"]);
  expect(found.read.map(({ place }) => place)).toEqual(["/project/main.txt", ...names, "/project/29.txt"]);
});

test("the last index counts, also that of a file which is named again", async () => {
  const [one, two] = ["https://one.example/", "https://two.example/"];
  const files = { "/project/one.txt": `-i ${one}`, "/project/two.txt": `-i ${two}` };
  const indexOf = async (text: string) => (await readAll({ ...files, "/project/main.txt": text })).defaultIndex;
  expect(await indexOf("-r one.txt\n-r two.txt\n-r one.txt")).toBe(one);
  expect(await indexOf("-r one.txt\n-r two.txt")).toBe(two);
});

describe("files by URL", () => {
  const host = "https://host.invalid/a";
  test("name others beside them, and wheels from the working directory", async () => {
    const files = {
      "/project/main.txt": `-r ${host}/main.txt#top\n-c ${host}/limits.txt`,
      [`${host}/main.txt`]: "-r deep/more.txt\n-c ../limits.txt\n-f links\n./first-1-py3-none-any.whl",
      [`${host}/deep/more.txt`]: "second",
      [`${host}/limits.txt`]: "second<2",
      "https://host.invalid/limits.txt": "second<3",
    };
    const found = await readAll(files);
    expect(found.requirements.map(({ requirement, span }) => [formatRequirement(requirement), span.file])).toEqual([
      ["second", `${host}/deep/more.txt`],
      ["first @ file:///project/first-1-py3-none-any.whl", `${host}/main.txt`],
    ]);
    expect(found.constraints.map(({ requirement }) => formatRequirement(requirement))).toEqual([
      "second<3",
      "second<2",
    ]);
    expect(found.findLinks).toEqual([`${host}/links`]);
  });

  test("are called without their secrets", async () => {
    const url = "https://me:hunter2@host.invalid/main.txt?token=hunter3";
    const files = { "/project/main.txt": `-r ${url}`, [url]: "six\n-r more.txt" };
    expect(await faultOf(files)).toBe("E_REQUIREMENTS_FILE_MISSING https://****@host.invalid/main.txt?token=****:2:1");
  });

  test("include none of this machine, nor themselves", async () => {
    const read = (text: string) => faultOf({ "/project/main.txt": `-r ${host}/b.txt`, [`${host}/b.txt`]: text });
    expect(await read("-r file:///project/secret.txt")).toBe(`E_REQUIREMENTS_FILE_MISSING ${host}/b.txt:1:1`);
    expect(await read("-r b.txt")).toBe(`E_REQUIREMENTS_FILE_LOOP ${host}/b.txt:1:1`);
    expect(await read("\n<!DOCTYPE html>")).toBe("E_REQUIREMENTS_FILE_REMOTE main.txt:1:1");
  });
});

test("a file by its file: URL is read, one of another scheme is not", async () => {
  const more = { "/project/my more.txt": "six" };
  const found = await readAll({ ...more, "/project/main.txt": "-r file:///project/my%20more.txt" });
  expect(found.requirements.map(({ requirement }) => requirement.name)).toEqual(["six"]);
  expect(await faultOf({ "/project/main.txt": "-r ftp://host.invalid/x" })).toBe(
    "E_REQUIREMENTS_FILE_MISSING main.txt:1:1",
  );
});

test("included files are called by their place from the working directory, on every machine alike", async () => {
  const files = {
    "/project/main.txt": "-r deep/more.txt\n-r /far/away.txt\n-r /project/last.txt",
    "/project/last.txt": "five",
    "/project/deep/more.txt": "one\n-r ../even.txt",
    "/project/even.txt": "two",
    "/far/away.txt": "three\n-r ./more.txt",
    "/far/more.txt": "four",
  };
  const { requirements } = await readAll(files);
  expect(requirements.map(({ span }) => span.file)).toEqual([
    "deep/more.txt",
    "even.txt",
    "/far/away.txt",
    "/far/more.txt",
    "last.txt",
  ]);
});

test.each(["pyproject.toml", "setup.cfg", "deep/setup.py", "pylock.dev.toml"])(
  "'%s' is told as a file of a project",
  async (name) => {
    const files = { "/project/main.txt": `-r ${name}`, [`/project/${name}`]: "[build-system]\n" };
    expect(await faultOf(files)).toBe("E_REQUIREMENTS_FILE_PROJECT main.txt:1:1");
  },
);

test("a file by a URL without its scheme is told without its login", async () => {
  const options = { cwd: "/project", environment: {}, read: () => expect.unreachable("it is no path") };
  const paths = { requirements: ["//us:SECR@h/x.txt"], constraints: [] };
  expect(await readRequirementsFiles(paths, options).catch((error) => error)).toMatchObject({
    params: { file: "//****@h/x.txt", reason: "a URL begins with its scheme, such as 'https:'" },
  });
});

test.each<[coding: "utf16le" | "latin1", head: string]>([
  ["utf16le", "\uFEFFsix\n"],
  ["latin1", "# coding: latin-1\n"],
])("a fault shows its line as it was decoded from %s", async (coding, head) => {
  const bytes = Buffer.from(`${head}six \\\n  >> 2 # \u00e4`, coding);
  const options = { cwd: "/project", environment: {}, read: async () => bytes };
  const failure = await readRequirementsFiles({ requirements: ["x.txt"], constraints: [] }, options).catch((e) => e);
  expect(failure).toMatchObject({ spans: [{ file: "x.txt", line: 3, text: "  >> 2 # \u00e4" }] });
});

describe("faults name file, line and column", () => {
  const main = (text: string): Files => ({ "/project/main.txt": text });

  test("a malformed requirement, also behind a continuation", async () => {
    expect(await faultOf(main("ok\nflask >> 2"))).toBe("E_REQUIREMENT_INVALID main.txt:2:8");
    expect(await faultOf(main("flask \\\n  >=2, \\\n  =<3"))).toBe("E_REQUIREMENT_INVALID main.txt:3:3");
  });

  test("a malformed marker", async () => {
    expect(await faultOf(main("six; python_versio < '3'"))).toMatch(/^E_\w+_INVALID main\.txt:1:6$/);
  });

  test("an unknown option, one without its value, a hash that is none", async () => {
    expect(await faultOf(main("six\n  --nonsense"))).toBe("E_REQUIREMENTS_FILE_OPTION main.txt:2:3");
    expect(await faultOf(main("--index-url"))).toBe("E_REQUIREMENTS_FILE_OPTION main.txt:1:1");
    expect(await faultOf(main("six==1 --hash=md5:00"))).toBe("E_REQUIREMENTS_FILE_OPTION main.txt:1:8");
  });

  test("hyphens alone, and an option behind one", async () => {
    for (const line of ["-", "--", "- six", "-1"]) {
      expect(await faultOf(main(`six\n${line}`))).toBe("E_REQUIREMENTS_FILE_OPTION main.txt:2:1");
    }
  });

  test("editables and local projects", async () => {
    expect(await faultOf(main("-e ."))).toBe("E_REQUIREMENTS_FILE_EDITABLE main.txt:1:1");
    expect(await faultOf(main("./project"))).toBe("E_REQUIREMENT_PROJECT main.txt:1:1");
  });

  test("source archives and repositories", async () => {
    expect(await faultOf(main("https://example.org/six-1.0.tar.gz"))).toBe("E_REQUIREMENT_SOURCE main.txt:1:1");
    expect(await faultOf(main("git+https://example.org/six.git"))).toBe("E_REQUIREMENT_SOURCE main.txt:1:1");
  });

  test("a file that is not there, and one that includes itself", async () => {
    expect(await faultOf(main("\n-r nowhere.txt"))).toBe("E_REQUIREMENTS_FILE_MISSING main.txt:2:1");
    const other = { "/project/main.txt": "-r latin.txt", "/project/latin.txt": "# caf\u00e9\n" };
    expect(await faultOf(other)).toBe("E_REQUIREMENTS_FILE_ENCODING main.txt:1:1");
    const wide = { "/project/main.txt": "-r wide.txt", "/project/wide.txt": Buffer.from("six", "utf16le").toString() };
    expect(await faultOf(wide)).toBe("E_REQUIREMENTS_FILE_ENCODING main.txt:1:1");
    const circle = { "/project/main.txt": "-r other.txt", "/project/other.txt": "six\n-r main.txt" };
    expect(await faultOf(circle)).toBe("E_REQUIREMENTS_FILE_LOOP other.txt:2:1");
  });
});
