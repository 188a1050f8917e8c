import { expect, test } from "bun:test";
import { Problem } from "@vivarium/core/diagnostic";
import { parseRequirement } from "../versions/requirement.ts";
import { type DirectProjects, readDirectUrls } from "./direct-url.ts";
import { candidatePolicy } from "./policy.ts";
import { wheelTarget } from "./testing/wheel-target.ts";

const target = wheelTarget("3.12.4");

function read(requirements: readonly string[], constraints: readonly string[]): Promise<DirectProjects> {
  const [wanted, limits] = [requirements.map(parseRequirement), constraints.map(parseRequirement)];
  const policy = candidatePolicy(target, [...wanted, ...limits], {});
  const client = { metadata: () => expect.unreachable("nobody requires it yet") };
  return readDirectUrls({ requirements: wanted, constraints: limits }, { client, policy, target });
}

const url = "https://example.org/pkg-1.0-py3-none-any.whl";

test("a constraint by URL says where a project comes from, and its wheel is not asked for", async () => {
  const elsewhere = 'pkg @ https://example.org/pkg-2-py3-none-any.whl ; sys_platform == "win32"';
  const { releases, urls } = await read(["pkg>=1"], [`pkg @ ${url}`, elsewhere, "other<2"]);
  expect([...urls]).toEqual([["pkg", url]]);
  expect([...releases.keys()]).toEqual(["pkg"]);
});

test("two constraints with different URLs contradict each other", async () => {
  const failure = await read([], [`pkg @ ${url}`, `pkg @ ${url}?again`]).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Problem);
  expect(failure).toMatchObject({ code: "E_RESOLVE_URL_CONFLICT" });
});

test("a wheel for another target is told with its tags and the best ones here", async () => {
  const failure = await read(["pkg @ https://example.org/pkg-1.0-cp39-cp39-win_amd64.whl"], []).catch(
    (error: unknown) => error,
  );
  const best = target.tags.find((tag) => !tag.includes("-linux_"));
  expect(failure).toMatchObject({
    code: "E_RESOLVE_URL_WHEEL",
    params: {
      detail: `its tags 'cp39-cp39-win_amd64' are for another Python or platform, and the best here would be '${best}'`,
      isForeign: true,
    },
  });
});
