/** wasi:random: bytes that nobody can foresee, or bytes that are the same in every run. */
import { argumentError } from "../../core/argument-error.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { nameOf } from "../call/check-value.ts";
import { type CallContext, TaskContext } from "../call/task.ts";
import { endNow } from "../call/time-left.ts";
import { TrapError } from "../errors/errors.ts";
import type { Linker } from "../runtime/linker.ts";
import { requireOptions } from "../runtime/require-options.ts";
import type { SystemComponent } from "../runtime/system-component.ts";
import { installInterface } from "./interface-types.ts";
import { KeyStream } from "./key-stream.ts";
import { unlessDenied } from "./refusal.ts";

/** What `new WasiRandom` is told. */
export interface RandomOptions {
  /** From 0 to 2²⁵⁶−1. With it nothing is random any more: see WasiRandom. */
  readonly seed?: bigint;
}

type Bytes = (length: number) => Uint8Array;

/** More than this in one call is a trap. */
const bytesMax = 64 << 20;

/** What is made between two looks at the clock, and what the platform's generator gives in one call. */
const pieceBytes = 65_536;

/**
 * ```ts
 * const seeded = runtime.instance(await runtime.load(random)).linkSystem(new WasiRandom({ seed: 7n }));
 * const [one, other] = [await seeded.instantiate(), await seeded.instantiate()];
 * (await one.call("u64")) === (await other.call("u64")); // → true
 * ```
 *
 * `wasi:random/random`, `insecure` and `insecure-seed`, by the platform's secure generator. Where the policy denies
 * random, every function traps (`access-denied`).
 *
 * With a seed all three are deterministic: the key stream of ChaCha20 (key-stream.ts) under the seed as 32 bytes,
 * little-endian, each interface with a nonce of its own (0, 1 and 2, in this order), from the beginning for each
 * instance. It gives nothing of the platform's then, and no policy denies it. Bytes are used in order; a u64 is the next eight of them, little-endian.
 */
export class WasiRandom implements SystemComponent {
  readonly name = "WasiRandom";
  readonly #key: Uint8Array | undefined;
  #isDenied = false;

  /** @throws TypeError (`invalid-argument`) for a seed that is no bigint of 256 bits, and an option that there is not */
  constructor(options: RandomOptions = {}) {
    const { seed } = requireOptions(options, "WasiRandom", ["seed"]);
    this.#key = seed === undefined ? undefined : keyOf(seed);
  }

  configure({ capabilities }: Policy): void {
    this.#isDenied = !capabilities.random && this.#key === undefined;
  }

  install(linker: Linker): void {
    const key = this.#key;
    const given = unlessDenied("random", { isDenied: this.#isDenied });
    const source = (nonce: number): Bytes => {
      if (key === undefined) return platformBytes;
      const stream = new KeyStream(key, nonce);
      return (length) => stream.bytes(length);
    };
    for (const [nonce, { name, prefix }] of interfaces.entries()) {
      const bytes = source(nonce);
      installInterface(linker, name, (random) => {
        random
          .func(
            `get-${prefix}random-bytes`,
            given((length: bigint, context: CallContext) => inPieces(bytes, checkLength(length), context)),
          )
          .func(
            `get-${prefix}random-u64`,
            given(() => u64(bytes)),
          );
      });
    }
    const bytes = source(interfaces.length);
    installInterface(linker, "random/insecure-seed", (random) => {
      random.func(
        "insecure-seed",
        given(() => [u64(bytes), u64(bytes)]),
      );
    });
  }
}

const interfaces = [
  { name: "random/random", prefix: "" },
  { name: "random/insecure", prefix: "insecure-" },
] as const;

function keyOf(seed: bigint): Uint8Array {
  if (typeof seed !== "bigint") throw argumentError(`a seed must be a bigint, found ${nameOf(seed)}`);
  if (seed !== BigInt.asUintN(256, seed)) throw argumentError("a seed is from 0 to 2^256-1");
  const key = new DataView(new ArrayBuffer(32));
  for (let word = 0; word < 4; word += 1) {
    key.setBigUint64(word * 8, BigInt.asUintN(64, seed >> BigInt(word * 64)), true);
  }
  return new Uint8Array(key.buffer);
}

const platformBytes: Bytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/** Many take longer than a call may have left. @throws what ends the call when its time is over */
function inPieces(bytes: Bytes, length: number, context: CallContext): Uint8Array {
  if (length <= pieceBytes) return bytes(length);
  const all = new Uint8Array(length);
  for (let at = 0; at < length; at += pieceBytes) {
    requireTime(context);
    all.set(bytes(Math.min(pieceBytes, length - at)), at);
  }
  return all;
}

/** @throws BudgetExhausted, TrapError */
function requireTime(context: CallContext): void {
  const task = TaskContext.taskOf(context);
  const end = task && endNow(task);
  if (end !== undefined) throw end.reason;
}

function checkLength(length: bigint): number {
  if (length <= bytesMax) return Number(length);
  throw new TrapError(`cannot give ${length} random bytes in one call: ${bytesMax} is the most`);
}

const u64 = (bytes: Bytes): bigint => new DataView(bytes(8).buffer).getBigUint64(0, true);
