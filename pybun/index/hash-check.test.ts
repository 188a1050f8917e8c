import { expect, test } from "bun:test";
import { checkHashes } from "./hash-check.ts";
import { failureOf } from "./testing.ts";

const names = { file: "x-1.zip", url: "https://i.example/x-1.zip" };
const data = Buffer.from("some bytes");

/** Python's hashlib is the oracle for what the names mean. */
function digestOf(algorithm: string): string {
  const code = "import sys,hashlib; print(hashlib.new(sys.argv[1], b'some bytes').hexdigest())";
  return Bun.spawnSync(["python3", "-c", code, algorithm]).stdout.toString().trim();
}

function check(hashes: Record<string, string>): string {
  const running = checkHashes(hashes, names);
  for (const byte of data) running.update(Uint8Array.of(byte));
  return running.finish();
}

for (const algorithm of ["sha512", "sha384", "sha256", "sha224", "blake2b", "sha1", "md5"]) {
  test(`${algorithm} means what hashlib says, and a wrong one is E_INDEX_HASH`, async () => {
    const right = digestOf(algorithm);
    expect(right).toMatch(/^[0-9a-f]{32,}$/);
    expect(check({ [algorithm]: right })).toBe(digestOf("sha256"));
    const failure = await failureOf(() =>
      check({ [algorithm]: right.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) }),
    );
    expect(failure).toStartWith(
      `E_INDEX_HASH x-1.zip from 'https://i.example/x-1.zip' has ${algorithm} ${right}, but `,
    );
  });
}

test("the strongest of several counts; SHA-256 is always looked at", async () => {
  expect(check({ md5: "wrong", sha512: digestOf("sha512") })).toBe(digestOf("sha256"));
  expect(await failureOf(() => check({ sha512: digestOf("sha512"), sha256: "wrong" }))).toStartWith("E_INDEX_HASH");
});

test("a digest that is announced and empty is told as that", async () => {
  expect(await failureOf(() => check({ sha256: "" }))).toContain("but an empty one was announced");
});
