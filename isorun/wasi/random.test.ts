import { describe, expect, spyOn, test } from "bun:test";
import { builderOf, instantiate, policyOf } from "../../tests/components/wasi/instantiate.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import { KeyStream } from "./key-stream.ts";
import { WasiRandom } from "./random.ts";

const u64At = (bytes: Uint8Array, at: number): bigint => new DataView(bytes.buffer).getBigUint64(at, true);

describe("with a seed", () => {
  test("every interface gives the bytes of its own key stream", async () => {
    const key = Uint8Array.from({ length: 32 }, (_, index) => index + 1);
    const seed = [...key].toReversed().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const instance = await instantiate("random", { systems: [new WasiRandom({ seed })] });
    const [secure, insecure, hashes] = [0, 1, 2].map((nonce) => new KeyStream(key, nonce).bytes(64)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    expect(await instance.call("bytes", [5n])).toEqual(secure.slice(0, 5));
    expect(await instance.call("u64")).toBe(u64At(secure, 5));
    expect(await instance.call("insecure-u64")).toBe(u64At(insecure, 0));
    expect(await instance.call("insecure-bytes", [3n])).toEqual(insecure.slice(8, 11));
    expect(await instance.call("seed")).toEqual([u64At(hashes, 0), u64At(hashes, 8)]);
  });

  test("each instance begins anew", async () => {
    const builder = await builderOf("random", { systems: [new WasiRandom({ seed: 7n })] });
    const first = await (await builder.instantiate()).call("bytes", [32n]);
    const second = await (await builder.instantiate()).call("bytes", [32n]);
    expect(second).toEqual(first);
    expect(
      await (await instantiate("random", { systems: [new WasiRandom({ seed: 8n })] })).call("bytes", [32n]),
    ).not.toEqual(first);
  });

  test("many bytes are those that few at a time are", async () => {
    const [one, other] = await Promise.all(
      ["at once", "in parts"].map(() => instantiate("random", { systems: [new WasiRandom({ seed: 7n })] })),
    );
    const parts: number[] = [];
    for (const length of [1n, 65_536n, 65_536n, 4n]) {
      parts.push(...((await other?.call("bytes", [length])) as Uint8Array));
    }
    expect(await one?.call("bytes", [131_077n])).toEqual(Uint8Array.from(parts));
  });

  test("no more are made when the time is over", async () => {
    const builder = await builderOf("random", { systems: [new WasiRandom({ seed: 7n })] });
    const instance = await builder.budget({ wallMs: 500 }).instantiate();
    let ms = 1000;
    let made = 0;
    const now = spyOn(performance, "now").mockImplementation(() => ms);
    const make = spyOn(KeyStream.prototype, "bytes").mockImplementation((length) => {
      made += length;
      ms += 100;
      return new Uint8Array(length);
    });
    try {
      expect(await failureOf(instance.call("bytes", [64n << 20n]))).toMatchObject({ field: "wallMs", used: 500 });
    } finally {
      now.mockRestore();
      make.mockRestore();
    }
    expect([made, instance.state]).toEqual([5 * 65_536, "exhausted"]);
  });

  for (const seed of [-1n, 2n ** 256n]) {
    test(`${seed} is none`, () => expect(() => new WasiRandom({ seed })).toThrow(TypeError));
  }
});

describe("without a seed", () => {
  test("bytes differ, also beyond what the platform gives at once", async () => {
    const bytes = (await instantiate("random", { systems: [new WasiRandom()] })).func("bytes") as (
      length: bigint,
    ) => Uint8Array;
    expect(bytes(32n)).not.toEqual(bytes(32n));
    expect(bytes(0n)).toEqual(new Uint8Array());
    const long = (await (
      await instantiate("random", { systems: [new WasiRandom()] })
    ).call("insecure-bytes", [100_000n])) as Uint8Array;
    expect(long.length).toBe(100_000);
    expect(long.subarray(-32)).not.toEqual(new Uint8Array(32));
  });

  test("more than 64 MiB at once are a trap", async () => {
    const instance = await instantiate("random", { systems: [new WasiRandom()] });
    expect(await failureOf(instance.call("bytes", [(64n << 20n) + 1n]))).toMatchObject({
      message: expect.stringContaining("67108864 is the most"),
    });
  });
});

describe("under a policy that denies random", () => {
  const policy = policyOf({ random: false });

  test("there is none", async () => {
    for (const name of ["u64", "insecure-u64", "seed"]) {
      const instance = await instantiate("random", { systems: [new WasiRandom()], policy });
      expect(await failureOf(instance.call(name))).toMatchObject({ code: "access-denied" });
    }
  });

  test("what comes from a seed is not random", async () => {
    const instance = await instantiate("random", { systems: [new WasiRandom({ seed: 1n })], policy });
    expect(typeof (await instance.call("u64"))).toBe("bigint");
  });
});
