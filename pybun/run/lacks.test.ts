import { describe, expect, test } from "bun:test";
import type { MarkerEnvironment } from "../versions/marker.ts";
import { parseRequirement } from "../versions/requirement.ts";
import { lacksOf } from "./lacks.ts";

const markers: MarkerEnvironment = {
  implementation_name: "cpython",
  implementation_version: "3.12.1",
  os_name: "posix",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "6",
  platform_system: "Linux",
  platform_version: "1",
  python_full_version: "3.12.1",
  python_version: "3.12",
  sys_platform: "linux",
};

interface Shape {
  readonly version?: string;
  readonly requires?: readonly string[];
  readonly origin?: object | string;
}

function lacks(wishes: readonly string[], environment: Readonly<Record<string, Shape>>): readonly string[] {
  const installed = Object.entries(environment).map(([name, { version = "1.0", requires = [], origin }]) => {
    const directUrl = origin === undefined ? null : typeof origin === "string" ? origin : JSON.stringify(origin);
    return [name, { version, requiresDist: requires, directUrl }] as const;
  });
  return lacksOf(wishes.map(parseRequirement), { markers, installed: new Map(installed) });
}

test("versions and markers", () => {
  expect(lacks(["a>=1", "b; python_version < '3'", "a!=1.1"], { a: {} })).toEqual([]);
  expect(lacks(["a>=2", "c"], { a: {} })).toEqual([
    "a 1.0 is installed, and 'a>=2' is required",
    "'c' is not installed",
  ]);
});

describe("extras", () => {
  const a = { requires: ["base", "socks>=2 ; extra == 'socks'", "odd; extra == 'Socks' and sys_platform == 'win32'"] };

  test("ask for what they add, and for nothing else", () => {
    expect(lacks(["a"], { a })).toEqual([]);
    expect(lacks(["a[SOCKS]"], { a })).toEqual(["'socks' is not installed, and 'a[socks]' requires it"]);
    expect(lacks(["a[socks]"], { a, socks: {} })).toEqual([
      "socks 1.0 is installed, and 'a[socks]' requires 'socks>=2'",
    ]);
    expect(lacks(["a[socks]"], { a, socks: { version: "2.1" } })).toEqual([]);
  });

  test("ask for extras in turn, in a circle too", () => {
    const all = ["a[one,two]; extra == 'all'", "a[all]; extra == 'one'", "b[x] ; extra == 'two'"];
    const b = { requires: ["c ; extra == 'x'", "d; python_version > '3' or extra == 'x'"] };
    expect(lacks(["a[all]"], { a: { requires: all }, b })).toEqual(["'c' is not installed, and 'b[x]' requires it"]);
    expect(lacks(["a[all]"], { a: { requires: all }, b, c: {} })).toEqual([]);
  });

  test("that a distribution does not have add nothing", () => {
    expect(lacks(["a[other]"], { a })).toEqual([]);
  });

  test("of an old release are read as they were meant, and told where they mean nothing", () => {
    const old = { requires: ["b>=1.0<2; extra == 'x'", "b ?? 1; extra == 'y'"] };
    expect(lacks(["a[x]"], { a: old, b: {} })).toEqual([]);
    expect(lacks(["a[y]"], { a: old })).toEqual(["'b ?? 1; extra == 'y'' cannot be read, and 'a[y]' requires it"]);
  });
});

describe("URLs", () => {
  const url = "https://h.example/a-1.0-py3-none-any.whl";
  const archive = (hash?: string) => ({ url, archive_info: hash === undefined ? {} : { hashes: { sha256: hash } } });
  const required = (wanted: string) => `, and 'a @ ${wanted}' is required`;

  const good: readonly (readonly [wanted: string, origin: object])[] = [
    [url, archive()],
    [url, archive("00ff")],
    [`${url}#sha256=00FF`, archive("00ff")],
    [`${url}#sha256=00ff`, { url, archive_info: { hash: "sha256=00ff" } }],
    [`${url}#sha256=00ff`, archive()],
    ["https://me:word@h.example/a-1.0-py3-none-any.whl", archive()],
    [`${url}?sig=secret`, archive()],
    ["file:///w/my%20a", { url: "file:///w/my a", dir_info: { editable: true } }],
    [
      "git+https://h.example/a.git@v1#subdirectory=b&egg=a",
      {
        url: "https://h.example/a.git",
        subdirectory: "b",
        vcs_info: { vcs: "git", requested_revision: "v1", commit_id: "c" },
      },
    ],
    [
      "git+ssh://git@h.example/a.git@feature/x",
      { url: "ssh://git@h.example/a.git", vcs_info: { vcs: "git", requested_revision: "feature/x", commit_id: "c" } },
    ],
    ["git+https://h.example/a.git@c0", { url: "https://h.example/a.git", vcs_info: { vcs: "git", commit_id: "c0" } }],
    ["git+https://h.example/a.git", { url: "https://h.example/a.git", vcs_info: { vcs: "git", commit_id: "c0" } }],
  ];
  test.each(good)("%s is what was installed", (wanted, origin) => {
    expect(lacks([`a @ ${wanted}`], { a: { origin } })).toEqual([]);
  });

  const repository = {
    url: "https://h.example/a.git",
    vcs_info: { vcs: "git", requested_revision: "v1", commit_id: "c" },
  };
  const bad: readonly (readonly [wanted: string, origin: object])[] = [
    ["https://h.example/a-1.1-py3-none-any.whl", archive()],
    [`${url}#sha256=00fe`, archive("00ff")],
    [`${url}#sha256=00fe`, { url, archive_info: { hash: "sha256=00ff" } }],
    [`${url}?version=2`, archive()],
    [`${url}#subdirectory=b`, archive()],
    ["git+https://h.example/a.git@v2", repository],
    ["git+https://h.example/a.git", repository],
    ["hg+https://h.example/a.git@v1", repository],
    ["https://h.example/a.git", repository],
    ["git+https://h.example/a.git@v1", { url: repository.url, archive_info: {} }],
  ];
  test.each(bad)("%s is not", (wanted, origin) => {
    const told = "url" in origin ? String(origin.url) : "";
    expect(lacks([`a @ ${wanted}`], { a: { origin } })).toEqual([
      `a 1.0 is installed from '${told}'${required(wanted)}`,
    ]);
  });

  test("what an index gave is not, nor what tells of its origin in a form of its own; credentials are masked", () => {
    const wanted = "https://me:word@h.example/a-1.0-py3-none-any.whl";
    const lack = `a 1.0 is installed, but from no URL${required(wanted.replace("me:word", "****"))}`;
    for (const origin of [undefined, "{", "null", "[]", '{"url": 1}', '{"url": "x"}']) {
      expect(lacks([`a @ ${wanted}`], { a: origin === undefined ? {} : { origin } }), origin).toEqual([lack]);
    }
  });

  test("a version asks for no URL", () => {
    expect(lacks(["a==1.0"], { a: { origin: archive() } })).toEqual([]);
  });
});
