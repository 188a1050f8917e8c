/**
 * The canonical ABI with hostile guests. What they hold is a valid value most of the time, then broken; what comes out
 * must be the value (if nothing was broken), another value of the type, or a trap. Nothing else may come, and between
 * components the adapter must agree with the way over the host, which is another program.
 */
import { ComponentError } from "../../isorun/errors/errors.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import type { ValueType } from "../../isorun/types/component-types.ts";
import { type CaseKind, type CaseSeed, type Ending, Finding } from "./case-kind.ts";
import type { Signature } from "./component-builder.ts";
import { answerCount, answers, flags, places } from "./guest.ts";
import { type GuestImage, imageOf } from "./guest-image.ts";
import {
  type GuestScene,
  guestScene,
  instanceOf,
  type Outcome,
  outcomeOf,
  pokeImage,
  textOf,
  textOfAll,
  Witness,
} from "./guest-scene.ts";
import { type Random, randomFrom, seedOf } from "./random.ts";
import { randomValue } from "./value-types.ts";

const randomOf = ({ scene, call }: CaseSeed): Random => randomFrom(seedOf(scene, call));

const valuesOf = (random: Random, params: readonly ValueType[]): unknown[] =>
  params.map((type) => randomValue(random, type));

const resultOf = (random: Random, { result }: Signature): unknown =>
  result === undefined ? undefined : randomValue(random, result);

function expectSame(what: string, found: unknown, expected: unknown): void {
  if (!Bun.deepEquals(found, expected)) {
    throw new Finding(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
  }
}

/**
 * A bell that nobody was told to ring: a call out of an allocator that was not stopped. The callee rings when its flag is
 * set, which an allocator that lies may have had written over.
 */
function expectBells(witness: Witness, callee?: GuestImage): void {
  const mayRing =
    callee !== undefined && (lies(callee) || (callee.view.getUint32(places.flags, true) & flags.rings) !== 0);
  if (witness.bells > 0 && !mayRing) throw new Finding("an allocator called out of its instance");
}

/** Whether its allocator gives what it should not. */
function lies({ view }: GuestImage): boolean {
  const given = Array.from({ length: answerCount }, (_, index) => view.getUint32(places.answers + index * 4, true));
  return view.getUint32(places.next, true) !== places.heap || given.some((each) => each !== answers.honest);
}

const endingOf = (outcome: Outcome, isHonest: boolean): Ending =>
  outcome.kind === "trap" ? "trap" : isHonest ? "the value" : "a value";

/** The host calls the callee. */
async function runLift(seed: CaseSeed): Promise<Ending> {
  const scene = guestScene(seed.scene);
  const { signature, calleeEncoding } = scene;
  const random = randomOf(seed);
  const args = valuesOf(random, signature.params);
  const result = resultOf(random, signature);
  const image = imageOf(calleeEncoding, (each) => each.setResult(signature, result));
  if (image === undefined) return "too large";
  image.disturb(random);
  const witness = new Witness(signature);
  const handle = await calleeOf(scene, witness);
  pokeImage(handle, "poke", image);
  const outcome = outcomeOf(() => handle.func("f")(...args), signature.result);
  expectBells(witness, image);
  if (image.isHonest) {
    expectSame("arguments", witness.seen, [textOfAll(signature.params, args)]);
    expectSame("result", outcome, { kind: "value", text: textOf(signature.result, result) });
  }
  await handle.terminate();
  return endingOf(outcome, image.isHonest);
}

async function calleeOf(scene: GuestScene, witness: Witness): Promise<InstanceHandle> {
  const component = await scene.load("callee");
  const handle: InstanceHandle = await instanceOf(component, (linker) =>
    linker.func("sink", witness.sink).func(
      "bell",
      witness.bellOf(() => handle, "poke"),
    ),
  );
  return handle;
}

/** The caller calls the host. */
async function runLower(seed: CaseSeed): Promise<Ending> {
  const scene = guestScene(seed.scene);
  const { signature, callerEncoding } = scene;
  const random = randomOf(seed);
  const args = valuesOf(random, signature.params);
  const result = resultOf(random, signature);
  const image = imageOf(callerEncoding, (each) => each.setArguments(signature, args));
  if (image === undefined) return "too large";
  image.disturb(random);
  const witness = new Witness(signature);
  const handle = await callerOf(scene, witness, (...given) => {
    witness.sink(...given);
    return answer(signature, result);
  });
  pokeImage(handle, "poke", image);
  const outcome = outcomeOf(() => handle.func("run")(), signature.result);
  expectBells(witness);
  if (image.isHonest) {
    expectSame("arguments", witness.seen, [textOfAll(signature.params, args)]);
    expectSame("result", outcome, { kind: "value", text: textOf(signature.result, result) });
  }
  await handle.terminate();
  return endingOf(outcome, image.isHonest);
}

async function callerOf(
  scene: GuestScene,
  witness: Witness,
  f: (...args: readonly unknown[]) => unknown,
): Promise<InstanceHandle> {
  const component = await scene.load("caller");
  const handle: InstanceHandle = await instanceOf(component, (linker) =>
    linker.func("f", f).func(
      "bell",
      witness.bellOf(() => handle, "poke"),
    ),
  );
  return handle;
}

/** What a host function does for this result: the error side of a whole result is thrown. */
function answer({ result }: Signature, value: unknown): unknown {
  if (result?.kind !== "result") return value;
  const { tag, val } = value as { readonly tag: "ok" | "err"; readonly val?: unknown }; // a value of its type
  if (tag === "err") throw new ComponentError(val);
  return val;
}

interface Images {
  readonly caller: GuestImage;
  readonly callee: GuestImage;
}

/** Both ways a call between components can go. */
async function runAdapter(seed: CaseSeed): Promise<Ending> {
  const scene = guestScene(seed.scene);
  const { signature } = scene;
  const random = randomOf(seed);
  const args = valuesOf(random, signature.params);
  const result = resultOf(random, signature);
  const caller = imageOf(scene.callerEncoding, (each) => each.setArguments(signature, args));
  const callee = imageOf(scene.calleeEncoding, (each) => each.setResult(signature, result));
  if (caller === undefined || callee === undefined) return "too large";
  caller.disturb(random);
  if (random(2) === 0) callee.disturb(random);
  const isHonest = caller.isHonest && callee.isHonest;
  const adapted = await adaptedOutcome(scene, { caller, callee });
  const hosted = await hostedOutcome(scene, { caller, callee });
  if (isHonest) {
    expectSame("arguments", adapted.seen, [textOfAll(signature.params, args)]);
    expectSame("result", adapted.outcome, { kind: "value", text: textOf(signature.result, result) });
  }
  // An allocator is asked by adapters for other sizes than by the host, where strings are transcoded.
  const hasRoom = scene.callerEncoding === scene.calleeEncoding || !isLackOfRoom(adapted.outcome);
  if (!lies(caller) && !lies(callee) && hasRoom) expectAgreement(adapted, hosted);
  return endingOf(adapted.outcome, isHonest);
}

/** Of an allocator that is asked for more than what is stored in the end, and once again for that. */
const isLackOfRoom = (outcome: Outcome): boolean =>
  outcome.kind === "trap" && /out of bounds memory access|beyond end of memory/.test(outcome.message);

interface Seen {
  readonly outcome: Outcome;
  readonly seen: readonly string[];
}

function expectAgreement(adapted: Seen, hosted: Seen): void {
  expectSame("the adapter and the host saw other arguments", adapted.seen, hosted.seen);
  if (adapted.outcome.kind === "trap" && hosted.outcome.kind === "trap") return;
  expectSame("the adapter and the host gave other results", adapted.outcome, hosted.outcome);
}

async function adaptedOutcome(scene: GuestScene, { caller, callee }: Images): Promise<Seen> {
  const witness = new Witness(scene.signature);
  const component = await scene.load("couple");
  const handle: InstanceHandle = await instanceOf(component, (linker) =>
    linker.func("sink", witness.sink).func(
      "bell",
      witness.bellOf(() => handle, "poke-callee"),
    ),
  );
  pokeImage(handle, "poke-caller", caller);
  pokeImage(handle, "poke-callee", callee);
  const outcome = outcomeOf(() => handle.func("run")(), scene.signature.result);
  expectBells(witness, callee);
  await handle.terminate();
  return { outcome, seen: witness.seen };
}

async function hostedOutcome(scene: GuestScene, { caller, callee }: Images): Promise<Seen> {
  const witness = new Witness(scene.signature);
  const inner = await calleeOf(scene, witness);
  const outer = await callerOf(scene, witness, (...given) =>
    inner.func("f")(...given.slice(0, scene.signature.params.length)),
  );
  pokeImage(outer, "poke", caller);
  pokeImage(inner, "poke", callee);
  const outcome = outcomeOf(() => outer.func("run")(), scene.signature.result);
  await outer.terminate();
  await inner.terminate();
  return { outcome, seen: witness.seen };
}

export const guestKinds = {
  lift: { run: runLift, share: 10 },
  lower: { run: runLower, share: 8 },
  adapter: { run: runAdapter, share: 6 },
} as const satisfies Readonly<Record<string, CaseKind>>;
