import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { tryParseSdistFilename } from "./sdist-filename.ts";
import { samples, seed, versionLikeText, versionText } from "./testing/arbitraries.ts";
import { askPackaging } from "./testing/packaging-oracle.ts";
import { tryParseWheelFilename } from "./wheel-filename.ts";

const CASES = 4000;
const TIMEOUT_MS = 120_000;

const name = fc.constantFrom("foo", "Foo_Bar", "foo.bar", "zope.interface", "a1", "foo__bar", "", "foo bar", "Ünïcode");
const escapedVersion = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("1.0", "2.0.0rc1", "1!3", "1.0+local.1", "1.0_post1", "x", "") },
  versionText.map((text) => text.replaceAll("-", "_").trim()),
);
const build = fc.constantFrom("", "", "", "-1", "-2abc", "-12_3", "-abc", "-");
const python = fc.constantFrom("py3", "py2.py3", "cp312", "CP312", "cp38.cp39.py3", "", "3py", "py3.");
const abi = fc.constantFrom("none", "abi3", "cp312t", "ABI3", "none.abi3", "");
const platform = fc.constantFrom(
  "any",
  "win_amd64",
  "manylinux_2_17_x86_64.manylinux2014_x86_64",
  "linux_x86_64",
  "any.",
);
const extension = fc.constantFrom(".whl", ".whl", ".whl", ".whl", ".WHL", ".zip", "");

const wheelName = fc
  .tuple(name, escapedVersion, build, python, abi, platform, extension)
  .map(([n, v, b, py, a, p, end]) => `${n}-${v}${b}-${py}-${a}-${p}${end}`);
const sdistName = fc
  .tuple(name, fc.constantFrom("-", "-", "-", "_", "-b-"), versionLikeText, fc.constantFrom(".tar.gz", ".zip", ".whl"))
  .map((parts) => parts.join(""));

describe(`file names, seed ${seed}`, () => {
  test(
    "of wheels are read and refused as packaging does",
    async () => {
      const names = samples(wheelName, CASES);
      const answers = await askPackaging<object | null>("wheel", names);
      const ours = names.map((filename) => {
        const wheel = tryParseWheelFilename(filename);
        if (wheel === undefined) return { filename, answer: null };
        const parts = wheel.build === undefined ? [] : [wheel.build.number, wheel.build.suffix];
        const tags = [...wheel.tags].sort();
        return { filename, answer: { name: wheel.name, version: wheel.version.text, build: parts, tags } };
      });
      const theirs = names.map((filename, i) => ({ filename, answer: answers[i] ?? null }));
      expect(ours.filter((our, i) => !Bun.deepEquals(our, theirs[i]))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test("of source distributions end as those that pip unpacks", async () => {
    const endings =
      ".tar.gz .zip .tgz .tar.bz2 .tar.xz .tbz .txz .tar.lzma .tar.lz .tlz .tar .tar.Z .ZIP .tbz2 .gz .egg";
    const answers = await askPackaging<boolean>("is_archive", endings.split(" "));
    const ours = endings.split(" ").map((ending) => tryParseSdistFilename(`foo-1.0${ending}`) !== undefined);
    expect(ours).toEqual(answers);
  });

  test(
    "of source distributions are read and refused as packaging does",
    async () => {
      const names = samples(sdistName, CASES);
      const answers = await askPackaging<object | null>("sdist", names);
      const ours = names.map((filename) => {
        const sdist = tryParseSdistFilename(filename);
        return { filename, answer: sdist === undefined ? null : { name: sdist.name, version: sdist.version.text } };
      });
      const theirs = names.map((filename, i) => ({ filename, answer: answers[i] ?? null }));
      expect(ours.filter((our, i) => !Bun.deepEquals(our, theirs[i]))).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
