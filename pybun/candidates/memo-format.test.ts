/** See pybun/index/cache-format.test.ts: when this fails, `memoFormat` must grow and the new digest be written here. */
import { expect, test } from "bun:test";
import { judgeRequirements } from "../resolver/dependency.ts";
import { createMarkerJudge } from "../resolver/target.ts";
import { linuxTarget } from "../resolver/testing/resolve-universe.ts";
import { parseRequirement } from "../versions/requirement.ts";
import { parseVersion } from "../versions/version.ts";
import type { ProjectMemo } from "./memo.ts";
import { decodeMemo, encodeMemo, memoFormat } from "./memo-file.ts";
import { candidatePolicy } from "./policy.ts";
import { chooseFile } from "./release-choice.ts";

const target = { ...linuxTarget("3.12.1"), tags: ["py3-none-any"] };
const lines = [
  "a>=1,<2.0,!=1.5.*",
  "b[x,y]~=1.4.2; python_version>'3.9'",
  "c==1.0+local; extra=='z'",
  "d===1.0",
  "e @ https://host/e-1-py3-none-any.whl",
  "f; sys_platform=='win32'",
];

function sample(): ProjectMemo {
  const key = parseVersion("1.0").key;
  const files = ["left-1.0-py3-none-any.whl", "left-1.0.tar.gz"].map((filename) => ({
    filename,
    url: `https://index/${filename}`,
    hashes: { sha256: "ab" },
    yanked: false as const,
    metadata: false as const,
    kind: filename.endsWith(".whl") ? ("wheel" as const) : ("sdist" as const),
  }));
  const choice = chooseFile({ name: "left", key, files }, candidatePolicy(target, []));
  const requirements = judgeRequirements(lines.map(parseRequirement), undefined, createMarkerJudge(target));
  const answers = { "[]": { kind: "judged", requirements, extras: ["z"] } } as const;
  return {
    proofs: [{ file: "1 2 3", freshUntilMs: 4, status: 200 }],
    index: "https://index",
    keys: key,
    releases: { 0: { text: "1.0", choice, hashes: ["sha256:ab"], answers } },
  };
}

test("what a memo holds", () => {
  const record = JSON.stringify(sample());
  const digest = new Bun.CryptoHasher("sha256").update(record).digest("hex").slice(0, 16);
  expect({ memoFormat, digest }).toEqual({ memoFormat: 8, digest: "767166bb52a5a0f6" });
});

test("records that were used last stay when not all fit", () => {
  const records = new Map(["a", "b", "c"].map((name) => [name, Buffer.alloc(100, name)]));
  const kept = decodeMemo(Buffer.from(encodeMemo(records, 250)));
  expect([...(kept ?? [])].map(([name, bytes]) => `${name} ${bytes.length}`)).toEqual(["a 100", "b 100"]);
});
