/** Pure parts, by tables: freshness, retries, proxies, near names, JSON pages. */
import { describe, expect, test } from "bun:test";
import { freshnessOf, silentLifetimeMs } from "./freshness.ts";
import { collectJsonFiles, decodeJsonFile, parseJsonPage } from "./json-page.ts";
import { nearNames, otherSpellings } from "./near-names.ts";
import { proxyFor } from "./proxy.ts";
import { collectReleases } from "./release-table.ts";
import { isRetriedStatus, retryDelayMs } from "./retry.ts";
import { testClock } from "./testing.ts";

describe("freshness (RFC 9111)", () => {
  const date = "Sat, 01 Jan 2022 00:00:00 GMT";
  const later = "Sat, 01 Jan 2022 00:01:30 GMT";
  const rows: [Record<string, string>, number][] = [
    [{}, silentLifetimeMs],
    [{ "last-modified": date }, silentLifetimeMs],
    [{ "cache-control": "max-age=60, public" }, 60_000],
    [{ "cache-control": "max-age=60", age: "20" }, 40_000],
    [{ "cache-control": "max-age=60", age: "90" }, 0],
    [{ "cache-control": 'private="x", Max-Age="5"' }, 5000],
    [{ "cache-control": "max-age=ten" }, 0],
    [{ "cache-control": "no-cache, max-age=60" }, 0],
    [{ expires: later, date }, 90_000],
    [{ expires: "0", date }, 0],
    [{ expires: later, date, "cache-control": "max-age=1" }, 1000],
    [{ "cache-control": "max-age=60", vary: "Accept, Accept-Encoding" }, 60_000],
    [{ "cache-control": "max-age=60", vary: "Authorization" }, 0],
    [{ "cache-control": "max-age=60", vary: "*" }, 0],
  ];
  for (const [headers, lifetimeMs] of rows) {
    test(`${JSON.stringify(headers)} lives ${lifetimeMs} ms`, () => {
      expect(freshnessOf(new Headers(headers), 1000)).toMatchObject({
        isStorable: true,
        freshUntilMs: 1000 + lifetimeMs,
      });
    });
  }
  test("no-store is not kept; validators are", () => {
    expect(freshnessOf(new Headers({ "cache-control": "no-store" }), 0).isStorable).toBe(false);
    expect(freshnessOf(new Headers({ etag: '"1"', "last-modified": date }), 0)).toMatchObject({
      etag: '"1"',
      lastModified: date,
    });
  });
});

describe("retries", () => {
  test("back off, spread, and follow Retry-After within reason", () => {
    const clock = testClock(Date.UTC(2024, 0, 1));
    expect([1, 2, 3].map((attempt) => retryDelayMs(attempt, null, clock))).toEqual([312.5, 625, 1250]);
    // Who wants a thousand retries waits for half a minute between them, not for years.
    expect([8, 1000].map((attempt) => retryDelayMs(attempt, null, clock))).toEqual([37_500, 37_500]);
    expect(retryDelayMs(1, "7", clock)).toBe(7000);
    expect(retryDelayMs(1, "Mon, 01 Jan 2024 00:00:09 GMT", clock)).toBe(9000);
    expect(retryDelayMs(1, "soon", clock)).toBe(312.5);
    expect(retryDelayMs(1, "3600", clock)).toBeUndefined();
  });
  test("concern passing troubles only", () => {
    const statuses = [200, 400, 401, 403, 404, 408, 410, 429, 500, 501, 502, 503, 504];
    expect(statuses.filter((status) => isRetriedStatus(status))).toEqual([408, 429, 500, 502, 503, 504]);
  });
});

describe("proxies", () => {
  const http = "http://plain:1";
  const https = "http://secure:2";
  const rows: [string, string[], string | undefined][] = [
    ["http://a.example/", [], http],
    ["https://a.example/", [], https],
    ["https://a.example/", ["*"], undefined],
    ["https://a.example/", ["example"], undefined],
    ["https://a.example/", [".example"], undefined],
    ["https://a.example/", ["*.example"], undefined],
    ["https://an-example/", ["example"], https],
    ["https://a.example/", ["a.example:443"], undefined],
    ["https://a.example/", ["a.example:80"], https],
    ["http://127.0.0.1:8080/", ["127.0.0.1"], undefined],
    ["http://[::1]:8080/", ["::1"], undefined],
  ];
  for (const [url, bypass, expected] of rows) {
    test(`${url} with NO_PROXY=${bypass.join()} goes by ${expected ?? "itself"}`, () => {
      const named = (value: string) => ({ value, source: "ALL_PROXY" });
      expect(proxyFor(url, { http: named(http), https: named(https), bypass })?.value).toBe(expected);
    });
  }
});

describe("near names", () => {
  test("are within two slips, nearest first, then the popular ones; hyphens do not count", () => {
    expect(nearNames("reqests", ["reqest", "erqests", "requests"])[0]).toBe("requests");
    expect(nearNames("scikitlearn", ["sickitlearn"])).toEqual(["scikit-learn", "sickitlearn"]);
    expect(nearNames("yaml", [])[0]).toBe("pyyaml");
    const known = ["requests", "request", "flask", "numpy", "pandas", "django"];
    expect(nearNames("reqeusts", known)).toEqual(["requests", "request"]);
    expect(nearNames("nump", known)).toEqual(["numpy"]);
    expect(nearNames("dnajgo", known)).toEqual(["django"]);
    expect(nearNames("entirely-else", known)).toEqual([]);
  });
  test("spellings are few, valid and without the name itself", () => {
    for (const name of ["sklearn", "yaml", "a", "python-flask", "requestss"]) {
      const spellings = otherSpellings(name);
      expect(spellings.length).toBeLessThanOrEqual(8);
      expect(spellings).not.toContain(name);
      expect(spellings.every((text) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(text))).toBe(true);
    }
    expect(otherSpellings("dateparser")).toContain("python-dateparser");
    expect(otherSpellings("requestss")).toContain("requests");
  });
});

describe("JSON pages", () => {
  test("survive their records, and skip what has no name or address", () => {
    const sha256 = "cd".repeat(32);
    const whole = {
      filename: "x-1.0-py3-none-any.whl",
      url: "/f/x-1.0-py3-none-any.whl",
      hashes: { sha256 },
      size: 12,
      "requires-python": ">=3.9",
      yanked: "naïve",
      "upload-time": "2024-01-01T00:00:00Z",
      "core-metadata": { sha256 },
    };
    const odd = [
      { filename: 7, url: "x" },
      null,
      { filename: "x-2.0.zip", url: "f/x-2.0.zip", size: -1, yanked: true, hashes: { sha256: null } },
    ];
    const parsed = parseJsonPage(JSON.stringify({ meta: { "api-version": "1.3" }, files: [whole, ...odd] }));
    if (parsed === undefined) throw new Error("no page");
    const collector = collectReleases("x");
    const body = collectJsonFiles(parsed.files, collector);
    const { extents } = collector.finish();
    const files = [0, 1].map((i) =>
      decodeJsonFile(body.slice(extents[i * 2], extents[i * 2 + 1]), {
        base: "https://i.example/simple/x/",
        origin: "web",
      }),
    );
    expect(files).toEqual([
      {
        filename: "x-1.0-py3-none-any.whl",
        url: "https://i.example/f/x-1.0-py3-none-any.whl",
        hashes: { sha256 },
        size: 12,
        requiresPython: ">=3.9",
        yanked: "naïve",
        uploadTimeMs: Date.UTC(2024, 0, 1),
        metadata: { sha256 },
        kind: "wheel",
      },
      {
        filename: "x-2.0.zip",
        url: "https://i.example/simple/x/f/x-2.0.zip",
        hashes: {},
        yanked: "",
        metadata: false,
        kind: "sdist",
      },
    ]);
  });

  test("hashes of a wrong kind are no missing hashes", () => {
    const faultOf = (more: object): string | undefined =>
      parseJsonPage(JSON.stringify({ files: [{ filename: "x-1.zip", url: "x-1.zip", ...more }] }))?.fault;
    for (const hashes of [[], null, "ab", 5, { sha256: 5 }, { sha256: "ab", md5: [] }]) {
      expect([hashes, faultOf({ hashes })]).toEqual([hashes, "the hashes of 'x-1.zip' are malformed"]);
    }
    expect(faultOf({ hashes: {}, "core-metadata": { sha256: 5 } })).toBeString();
    for (const more of [{}, { hashes: {} }, { hashes: { sha256: null } }, { "core-metadata": 5 }]) {
      expect([more, faultOf(more)]).toEqual([more, undefined]);
    }
  });

  test("anything else is none", () => {
    for (const text of ["{", "[]", "{}", '{"files":{}}', "null"]) expect(parseJsonPage(text)).toBeUndefined();
  });
});
