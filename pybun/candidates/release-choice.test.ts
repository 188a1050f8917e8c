import { describe, expect, test } from "bun:test";
import type { IndexFile } from "../index/index-file.ts";
import { parseRequirement } from "../versions/requirement.ts";
import { parseVersion } from "../versions/version.ts";
import { candidatePolicy, type PolicyOptions } from "./policy.ts";
import { chooseFile, foreignWheels } from "./release-choice.ts";
import { wheelTarget } from "./testing/wheel-target.ts";

const target = wheelTarget("3.12.4");

const fileOf = (filename: string, more: Partial<IndexFile> = {}): IndexFile => ({
  filename,
  url: `https://example.org/${filename}`,
  hashes: { sha256: "00" },
  yanked: false,
  metadata: false,
  kind: filename.endsWith(".whl") ? "wheel" : "sdist",
  ...more,
});

function choose(files: readonly IndexFile[], options: PolicyOptions = {}, requirements: readonly string[] = []) {
  const policy = candidatePolicy(target, requirements.map(parseRequirement), options);
  return chooseFile({ name: "pkg", key: parseVersion("1.0").key, files }, policy);
}

const native = fileOf("pkg-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl");
const pure = fileOf("pkg-1.0-py3-none-any.whl");
const windows = fileOf("pkg-1.0-cp312-cp312-win_amd64.whl");
const source = fileOf("pkg-1.0.tar.gz");

describe("the file of a release", () => {
  test("is the best compatible wheel, else the source archive", () => {
    expect(choose([source, pure, windows, native]).file).toBe(native);
    expect(choose([source, windows, pure]).file).toBe(pure);
    expect(choose([windows, source]).file).toBe(source);
  });

  test("of two equal wheels is the one with the later build", () => {
    const later = fileOf("pkg-1.0-10-py3-none-any.whl");
    expect(choose([fileOf("pkg-1.0-2-py3-none-any.whl"), later, pure]).file).toBe(later);
  });

  test("takes metadata from a wheel that cannot be installed rather than from a source archive", () => {
    expect(choose([windows, source]).metadataFile).toBe(windows);
  });

  test("does not exist where only other platforms have wheels", () => {
    expect(choose([windows]).status).toMatchObject({ kind: "unusable", reason: { kind: "no-wheel" } });
  });

  test("is not left out by --exclude-newer where no link leads to one", () => {
    const detail = "no link to its files is an address on the web, and a page on the web may not point at local files";
    expect(choose([]).status).toEqual({ kind: "unusable", reason: { kind: "no-wheel", detail } });
    expect(choose([], { excludeNewerMs: 999 }).status.kind).toBe("unusable");
  });

  test("can be told what its wheels are for: their Pythons, or their platforms, or both", () => {
    const targetsOf = (...files: readonly IndexFile[]) =>
      foreignWheels({ name: "pkg", key: parseVersion("1.0").key, files }, candidatePolicy(target, [], {}));
    const older = fileOf("pkg-1.0-cp36.cp37-cp36m-manylinux1_x86_64.whl");
    expect(targetsOf(older, windows, source)).toEqual({
      pythons: ["cp36-cp36m", "cp37-cp36m"],
      platforms: ["win_amd64"],
    });
    expect(targetsOf(windows)).toEqual({ pythons: [], platforms: ["win_amd64"] });
    const neither = fileOf("pkg-1.0-cp36-cp36m-win32.whl");
    expect(targetsOf(neither)).toEqual({ pythons: ["cp36-cp36m"], platforms: ["win32"], fits: "neither" });
    expect(targetsOf(neither, older)).toEqual({ pythons: ["cp36-cp36m", "cp37-cp36m"], platforms: [] });
    expect(targetsOf(neither, windows)).toEqual({ pythons: [], platforms: ["win_amd64"] });
    expect(targetsOf(fileOf("pkg-1.0-cp312-cp312-any.whl"))).toBeUndefined();
    expect(targetsOf(source)).toBeUndefined();
    expect(targetsOf(native, windows)).toBeUndefined();
    expect(targetsOf(fileOf("pkg-1.0-cp313-cp313-win_amd64.whl", { requiresPython: ">=3.13" }))).toBeUndefined();
    expect(targetsOf({ ...windows, yanked: "broken" })).toBeUndefined();
  });

  test("says which Python it is for where no wheel is for this one", () => {
    const newer = fileOf("pkg-1.0-cp313-cp313-win_amd64.whl", { requiresPython: ">=3.13" });
    expect(choose([newer]).status).toMatchObject({ reason: { detail: "it is for Python>=3.13" } });
  });

  test("obeys --no-binary, --only-binary and hashes", () => {
    expect(choose([pure, source], { noBinary: new Set(["pkg"]) }).file).toBe(source);
    expect(choose([source], { onlyBinary: "all" }).status).toMatchObject({
      reason: { detail: expect.stringContaining("ruled out") },
    });
    for (const named of ["pkg", "other"]) {
      const names = new Set([named]);
      const rest = named === "pkg";
      expect(choose([pure, source], { noBinary: "all", onlyBinary: names }).file).toBe(rest ? pure : source);
      expect(choose([pure, source], { noBinary: names, onlyBinary: "all" }).file).toBe(rest ? source : pure);
    }
    const other = fileOf("pkg-1.0-py2.py3-none-any.whl", { hashes: { sha256: "11" } });
    expect(choose([pure, other], { requiredHashes: new Map([["pkg", new Set(["sha256:11"])]]) }).file).toBe(other);
  });

  test("is missing for one reason: its kind, or its hash", () => {
    const requiredHashes = new Map([["pkg", new Set(["sha256:11"])]]);
    expect(choose([pure, source], { requiredHashes }).status).toMatchObject({ reason: { kind: "hash" } });
    expect(choose([source], { requiredHashes, onlyBinary: "all" }).status).toMatchObject({
      reason: { kind: "no-wheel", detail: "it has source archives only, which are ruled out" },
    });
    expect(choose([pure], { noBinary: "all" }).status).toMatchObject({
      reason: { detail: "it has wheels only, which are ruled out" },
    });
    expect(choose([pure, source], { noBinary: "all", onlyBinary: "all" }).status).toMatchObject({
      reason: { detail: "its wheels and its source archives are ruled out" },
    });
  });

  describe("with a hash that is demanded,", () => {
    const demanding = (hash: string) => ({ requiredHashes: new Map([["pkg", new Set([hash])]]) });
    const announcing = (hashes: Readonly<Record<string, string>>) => fileOf("pkg-1.0-py3-none-any.whl", { hashes });

    test("is left to who compares its bytes where no hash of that algorithm is announced", () => {
      for (const [hashes, hash] of [
        [{}, "sha256:11"],
        [{}, "sha512:11"],
        [{ sha256: "00" }, "sha512:11"],
        [{ md5: "00" }, "sha256:11"],
      ] as const) {
        const { file, metadataFile } = choose([announcing(hashes)], demanding(hash));
        expect(file).toEqual({ ...announcing(hashes), demanded: [hash] });
        expect(metadataFile).toBe(file);
      }
    });

    test("is decided by what is announced of that algorithm", () => {
      const sha256 = announcing({ sha256: "11", md5: "00" });
      expect(choose([sha256], demanding("sha256:11")).file).toBe(sha256);
      expect(choose([announcing({ sha512: "22", sha256: "11" })], demanding("sha512:33")).file).toBeUndefined();
    });

    test("is compared all the same where only SHA-256 would be", () => {
      const both = announcing({ sha512: "22", sha384: "33" });
      expect(choose([both], demanding("sha384:33")).file?.demanded).toEqual(["sha384:33"]);
    });
  });

  test("is not for a Python that is too old", () => {
    expect(choose([fileOf("pkg-1.0-py3-none-any.whl", { requiresPython: ">=3.13" })]).status).toEqual({
      kind: "python",
      requiresPython: ">=3.13",
    });
  });

  test("is spelled as `===` asks, and as the user's target asks only", () => {
    const long = fileOf("pkg-1.0.0-py3-none-any.whl");
    const short = fileOf("pkg-1.0.tar.gz");
    expect(choose([long, short], {}, ["pkg===1.0"]).file).toBe(short);
    expect(choose([long, short], {}, ["pkg===1.0.0"]).file).toBe(long);
    expect(choose([long], {}, ["pkg===1.0"]).status).toEqual({
      kind: "unusable",
      reason: { kind: "no-wheel", detail: "its version is spelled otherwise than '1.0'" },
    });
    expect(choose([long], {}, ["pkg===1.0; sys_platform=='win32'", "pkg==1.0"]).file).toBe(long);
    expect(choose([fileOf("pkg-1.0.tar.gz", { yanked: "bad" })], {}, ["pkg===1.0"]).status.kind).toBe("usable");
  });

  test("is not yanked, unless that release was pinned exactly", () => {
    const yanked = fileOf("pkg-1.0-py3-none-any.whl", { yanked: "broken" });
    expect(choose([yanked]).status).toEqual({ kind: "unusable", reason: { kind: "yanked", detail: "broken" } });
    expect(choose([yanked], {}, ["pkg==1.0"]).file).toBe(yanked);
    expect(choose([yanked], {}, ["pkg==1.*"]).file).toBeUndefined();
  });

  test("was uploaded early enough, and says when", () => {
    const dated = fileOf("pkg-1.0-py3-none-any.whl", { uploadTimeMs: 1000 });
    expect(choose([dated, source], { excludeNewerMs: 1000 })).toMatchObject({ file: dated, undated: 1 });
    expect(choose([dated, source], { excludeNewerMs: 999 })).toMatchObject({ status: { kind: "hidden" }, undated: 1 });
  });
});
