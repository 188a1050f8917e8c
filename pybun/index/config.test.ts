import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ConfigSources, loadIndexConfig } from "./config.ts";
import { type IndexConfig, indexIdentity } from "./index-config.ts";
import { parseNetrc } from "./netrc.ts";
import { pipConfigFiles } from "./pip-config.ts";
import { parseIni } from "./pip-ini.ts";
import { failureOf } from "./testing.ts";

function load(sources: Partial<ConfigSources>, files: Record<string, string> = {}): IndexConfig {
  const home = mkdtempSync(join(tmpdir(), "config-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), text);
    }
    const environment = {
      XDG_CONFIG_DIRS: join(home, "xdg"),
      PIP_CONFIG_FILE: join(home, "pip.conf"),
      ...sources.environment,
    };
    const config = loadIndexConfig({ flags: {}, home, platform: "linux", ...sources, environment });
    config.netrc("read-it-now");
    return config;
  } finally {
    rmSync(home, { recursive: true });
  }
}

const urls = (config: IndexConfig): string[] => config.indexes.map(({ url }) => url);

describe("where packages come from", () => {
  describe("white space around a value is no part of it", () => {
    const wanted = ["https://a/simple", "https://b/simple"];
    test.each([["\n  https://b/simple"], [" https://b/simple/ "], ["\thttps://b/simple\n"]])("%j", (value) => {
      const extra = ` \n${value.replace("b/", "a/")}\n `;
      expect(urls(load({ environment: { PIP_INDEX_URL: value, PIP_EXTRA_INDEX_URL: extra } }))).toEqual(wanted);
      expect(urls(load({ environment: { UV_INDEX_URL: value, UV_EXTRA_INDEX_URL: extra } }))).toEqual(wanted);
    });

    test("in pip's files, on a line of its own", () => {
      const text =
        "[global]\nindex-url =\n    https://b/simple\nextra-index-url =\n\n    https://a/simple\n\ncert =\n  c.pem\n";
      const config = load({}, { "pip.conf": text });
      expect(urls(config)).toEqual(wanted);
      expect(config.certificateFile?.value).toBe("c.pem");
    });

    test("a variable of nothing else takes the list of a file away, as for pip", () => {
      const files = { "pip.conf": "[global]\nindex-url = https://b/simple\nextra-index-url = https://a/simple\n" };
      expect(urls(load({ environment: { PIP_EXTRA_INDEX_URL: "  " } }, files))).toEqual(["https://b/simple"]);
    });
  });

  test("PyPI, if nobody says anything", () => expect(urls(load({}))).toEqual(["https://pypi.org/simple"]));

  test("flags stand before variables, variables before pip's file; the default comes last", () => {
    const files = {
      "pip.conf":
        "[global]\nindex-url = https://file/simple/\n[install]\nextra-index-url =\n  https://extra1/\n  https://extra2/\n",
    };
    const config = load(
      { flags: { index: ["https://flag/"] }, environment: { UV_INDEX: "https://uv1 named=https://uv2" } },
      files,
    );
    expect(urls(config)).toEqual([
      "https://flag",
      "https://uv1",
      "https://uv2",
      "https://extra1",
      "https://extra2",
      "https://file/simple",
    ]);
    expect(config.warnings.map(({ urls: extra }) => extra)).toEqual([["https://extra1", "https://extra2"]]);
    const defaults: [ConfigSources["flags"], Record<string, string>, string][] = [
      [{ defaultIndex: "https://a" }, { UV_DEFAULT_INDEX: "https://b" }, "https://a"],
      [{}, { UV_DEFAULT_INDEX: "https://b", UV_INDEX_URL: "https://c" }, "https://b"],
      [{}, { UV_INDEX_URL: "https://c", PIP_INDEX_URL: "https://d" }, "https://c"],
      [{}, { PIP_INDEX_URL: "https://d" }, "https://d"],
    ];
    for (const [flags, environment, expected] of defaults)
      expect(urls(load({ flags, environment }, files)).at(-1)).toBe(expected);
  });

  test("no index at all, by flag, UV_NO_INDEX or PIP_NO_INDEX", () => {
    for (const sources of [
      { flags: { noIndex: true } },
      { environment: { UV_NO_INDEX: "1" } },
      { environment: { PIP_NO_INDEX: "true" } },
    ]) {
      expect(urls(load(sources))).toEqual([]);
    }
  });

  test.each(["UV_INDEX", "PIP_EXTRA_INDEX_URL", "UV_FIND_LINKS", "PIP_FIND_LINKS", "PIP_TRUSTED_HOST"])(
    "a password with white space in %s is no two places",
    async (name) => {
      const environment = { [name]: "https://a/ https://u:TOP SECRET@h/simple" };
      expect(await failureOf(() => load({ environment }))).toBe(
        `E_SETTING_INVALID cannot use ${name}: the password of a URL has white space or a comma in it: write %20 or %2C | Correct or unset it: a setting that cannot be read is never passed over.`,
      );
    },
  );

  test("find-links of all sources add up", () => {
    const environment = { UV_FIND_LINKS: "/u1,/u2", PIP_FIND_LINKS: "/p1 /p2" };
    const config = load({ flags: { findLinks: ["/f"] }, environment });
    expect(config.findLinks.map(({ location }) => location)).toEqual(["/f", "/u1", "/u2", "/p1", "/p2"]);
    const again = load({ flags: { findLinks: ["/u2/", "/f", "/f"] }, environment });
    expect(again.findLinks.map(({ location }) => location)).toEqual(["/u2/", "/f", "/u1", "/p1", "/p2"]);
  });

  test("a directory is an index, too", () => {
    const root = mkdtempSync(join(tmpdir(), "config-"));
    const at = (name: string): string => Bun.pathToFileURL(join(root, name)).href;
    try {
      for (const name of ["wheels", "w", "x"]) mkdirSync(join(root, name));
      const index = ["./wheels", join(root, "w"), `${at("x")}/`];
      expect(urls(load({ flags: { index }, cwd: root })).slice(0, 3)).toEqual([at("wheels"), at("w"), at("x")]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  test.each([
    ["./nonexistent", "the directory '/project/nonexistent' does not exist"],
    ["not-a-url", "the directory '/project/not-a-url' does not exist"],
    ["/dev/null/wheels", "the directory '/dev/null/wheels' does not exist"],
    [`/${"n".repeat(300)}`, `cannot look at '/${"n".repeat(300)}': its name is too long`],
    ["file:///nonexistent/simple/", "the directory '/nonexistent/simple/' does not exist"],
    ["/dev/null", "'/dev/null' is not a directory"],
    ["ftp://x/simple", "'ftp://x/simple' is a URL of 'ftp:', and an index is at https:, http: or file:"],
    ["https://", "'https://' is neither a URL nor a directory"],
    ["//us:SECR@h/simple", "the directory '//****@h/simple' does not exist"],
    ["http://us:SECR%40h:80/", "'http://****%40h:80/' is neither a URL nor a directory"],
    ["https://us:SECR/simple", "'https://us:****/simple' is neither a URL nor a directory"],
  ])("an index at %p is refused", async (defaultIndex, reason) => {
    for (const [source, sources] of [
      ["--default-index", { flags: { defaultIndex } }],
      ["PIP_INDEX_URL", { environment: { PIP_INDEX_URL: defaultIndex } }],
    ] as const) {
      expect(await failureOf(() => load({ cwd: "/project", ...sources }))).toBe(
        `E_INDEX_CONFIG cannot use ${source}: ${reason}`,
      );
    }
    expect(urls(load({ flags: { defaultIndex, noIndex: true }, cwd: "/project" }))).toEqual([]);
  });

  test("a password is never cut in two at the end of a line", async () => {
    for (const name of ["UV_INDEX", "UV_FIND_LINKS", "PIP_EXTRA_INDEX_URL"]) {
      const environment = { [name]: "http://us:SECR\nxx@h/x" };
      expect(await failureOf(() => load({ environment }))).toStartWith(
        `E_SETTING_INVALID cannot use ${name}: the password of a URL has white space or a comma in it: write %20 or %2C`,
      );
    }
    const environment = { UV_INDEX: "http://h:80/a\nhttps://us@h/b\n./c@d" };
    expect(await failureOf(() => load({ environment, cwd: "/project" }))).toContain("'/project/c@d' does not exist");
  });

  test("what is none is refused, without its secrets", async () => {
    const failure = await failureOf(() => load({ flags: { defaultIndex: "ftp://user:hunter2@host/simple" } }));
    expect(failure).toStartWith("E_INDEX_CONFIG cannot use --default-index: ");
    expect(failure).not.toContain("hunter2");
    expect(await failureOf(() => load({ environment: { PIP_TIMEOUT: "soon" } }))).toBe(
      "E_INDEX_CONFIG cannot use PIP_TIMEOUT: 'soon' is no number of seconds | Give it in seconds, such as 30, or unset it.",
    );
    expect(await failureOf(() => load({ environment: { HTTPS_PROXY: "socks5://u:hunter2@p" } }))).toStartWith(
      "E_INDEX_CONFIG cannot use HTTPS_PROXY",
    );
  });

  test("certificates, trusted hosts, timeouts and proxies", () => {
    const file = "[global]\ncert = /file.pem\ntrusted-host = a b:8443\ntimeout = 7\nproxy = http://proxy:8080\n";
    expect(load({}, { "pip.conf": file })).toMatchObject({
      certificateFile: { value: "/file.pem" },
      trustedHosts: ["a", "b:8443"],
      timeoutMs: 7000,
      proxies: { http: { value: "http://proxy:8080/" }, https: { value: "http://proxy:8080/" } },
    });
    const environment = {
      SSL_CERT_FILE: "/own.pem",
      PIP_CERT: "/pip.pem",
      UV_HTTP_TIMEOUT: "3",
      ALL_PROXY: "all:1",
      https_proxy: "http://s:2",
      NO_PROXY: "a, b",
    };
    expect(load({ environment })).toMatchObject({
      certificateFile: { value: "/own.pem", source: "SSL_CERT_FILE" },
      timeoutMs: 3000,
      proxies: {
        http: { value: "http://all:1/", source: "ALL_PROXY" },
        https: { value: "http://s:2/", source: "https_proxy" },
        bypass: ["a", "b"],
      },
    });
  });
});

describe("credentials", () => {
  test("leave the URL, percent-decoded; a named index's variables win", () => {
    const environment = {
      UV_INDEX: "my-own=https://url-user:x@own/simple https://u%40x:p%2Fq@other/",
      UV_INDEX_MY_OWN_USERNAME: "me",
      UV_INDEX_MY_OWN_PASSWORD: "hunter2",
    };
    const config = load({ environment });
    expect(config.credentials).toEqual([
      { prefix: "https://own/simple", username: "me", password: "hunter2" },
      { prefix: "https://other", username: "u@x", password: "p/q" },
    ]);
    expect(JSON.stringify([config.indexes, indexIdentity(config)])).not.toMatch(/hunter2|url-user|p%2Fq/);
  });

  test("netrc: entries, default, quotes, comments, macros", () => {
    const text = `# comment\nmachine a.example login me password "two words"\nmacdef init\n  machine evil login x password y\n\nmachine b.example\n  login you\n  account z\n  password pa#ss\\word\ndefault login anonymous password guest\nmachine a.example login late password late\n`;
    const netrc = parseNetrc(text);
    expect(netrc("a.example")).toEqual({ username: "me", password: "two words" });
    expect(netrc("b.example")).toEqual({ username: "you", password: "pa#ss\\word" });
    expect(netrc("evil")).toEqual({ username: "anonymous", password: "guest" });
    expect(parseNetrc("")("a")).toBeUndefined();
  });

  test("netrc lies in the home directory, or where NETRC says", () => {
    const own = load({}, { ".netrc": "machine a login home password 1" });
    expect(own.netrc("a")?.username).toBe("home");
    expect(
      load({ environment: { NETRC: "/nowhere" } }, { ".netrc": "machine a login home password 1" }).netrc("a"),
    ).toBeUndefined();
  });
});

describe("pip's files", () => {
  test("are the ones that pip documents", () => {
    expect(pipConfigFiles({ environment: { VIRTUAL_ENV: "/v" }, home: "/h", platform: "linux" })).toEqual([
      "/etc/xdg/pip/pip.conf",
      "/etc/pip.conf",
      "/h/.pip/pip.conf",
      "/h/.config/pip/pip.conf",
      "/v/pip.conf",
    ]);
    expect(pipConfigFiles({ environment: {}, home: "/h", platform: "darwin" })).toContain(
      "/h/Library/Application Support/pip/pip.conf",
    );
    expect(pipConfigFiles({ environment: { APPDATA: "C:\\A" }, home: "C:\\h", platform: "win32" })).toContain(
      "C:\\A\\pip\\pip.ini",
    );
    expect(pipConfigFiles({ environment: { PIP_CONFIG_FILE: "/dev/null" }, home: "/h", platform: "linux" })).toEqual(
      [],
    );
  });

  test("of several: the section counts before the file, and a line without a value takes an earlier one away", () => {
    const timeoutOf = (user: string, last: string): number =>
      load({}, { ".pip/pip.conf": user, "pip.conf": last }).timeoutMs;
    expect(timeoutOf("[global]\ntimeout=1\n", "[global]\ntimeout=2\n")).toBe(2000);
    expect(timeoutOf("[install]\ntimeout=1\n", "[global]\ntimeout=2\n")).toBe(1000);
    expect(timeoutOf("[global]\ntimeout=1\n", "[global]\ntimeout=\n")).toBe(30_000);
    expect(timeoutOf("[global]\ntimeout=1\n", "[install]\ntimeout=\n")).toBe(1000);
  });

  test("are read as configparser reads them", () => {
    const text =
      "; c\n[global]\nIndex_URL: https://a\nextra-index-url = https://b\n# c\n   https://c\n\n[install]\nempty =\n";
    expect(parseIni(text)).toEqual(
      new Map([
        [
          "global",
          new Map([
            ["index-url", "https://a"],
            ["extra-index-url", "https://b\nhttps://c"],
          ]),
        ],
        ["install", new Map([["empty", ""]])],
      ]),
    );
  });
});
