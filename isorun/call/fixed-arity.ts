/**
 * Functions around functions, with as many parameters as the ones inside: for rest parameters engines make an array at
 * each call. Generated once for each number of parameters; numbers are all that stands in the text.
 */
import { dutyIndex, inHostIndex, runningIndex } from "./task-numbers.ts";

type Func = (...args: never[]) => unknown;

interface Guarding {
  readonly run: Func;
  /** What `run` throws is given to it, and what is returned then. */
  readonly fail: (error: unknown) => void;
  readonly otherwise: unknown;
}

/** How a host function is called, and what becomes of its answer. */
interface Calling {
  readonly implemented: Func;
  readonly scheduler: {
    readonly words: Int32Array;
    readonly endOfRunning: { readonly reason: unknown } | undefined;
    leaveReason(reason: unknown): void;
  };
  readonly isThenable: (answer: unknown) => boolean;
  readonly waitFor: (answer: never) => unknown;
  /** Of a result: what is thrown becomes its other side, or is thrown on. */
  readonly errSide: (error: unknown) => unknown;
}

export interface HostArity {
  readonly params: number;
  /** Whether a context follows the last argument. */
  readonly hasContext: boolean;
  /** Whether it answers with the `ok` side of a result. */
  readonly isResult: boolean;
  /** Whether its time counts: clocks are looked at when it has returned. */
  readonly isTimed: boolean;
}

type Factory = (given: Guarding | Calling) => Func;

const factories = new Map<string, Factory>();

function factoryOf(key: string, text: () => string): Factory {
  const known = factories.get(key);
  // oxlint-disable-next-line no-implied-eval
  const made = known ?? (new Function("given", `"use strict";\n${text()}`) as Factory); // the text says so
  factories.set(key, made);
  return made;
}

const names = (count: number): string => Array.from({ length: count }, (_, index) => `arg${index}`).join(", ");

export function guarding(params: number, given: Guarding): Func {
  const factory = factoryOf(
    `guard ${params}`,
    () => `const { run, fail, otherwise } = given;
return function (${names(params)}) {
  try {
    return run(${names(params)});
  } catch (error) {
    fail(error);
    return otherwise;
  }
};`,
  );
  return factory(given);
}

/**
 * While it runs, calls that it makes are known to be its own. Whatever ended its call meanwhile ends that once the answer was
 * read or dropped (signature.ts): code of the host runs until then, and whichever guest it calls would take a word that says
 * so for its own trap. So lateness, which is found here, is only noted.
 */
export function hostCalling(arity: HostArity, given: Calling): Func {
  const { params, hasContext, isResult, isTimed } = arity;
  const factory = factoryOf(`host ${params} ${hasContext} ${isResult} ${isTimed}`, () => hostText(arity));
  return factory(given);
}

const noteIfLate = `
    const end = scheduler.endOfRunning;
    if (end !== undefined) { scheduler.leaveReason(end.reason); words[${dutyIndex}] = 1; }`;

function hostText({ params, hasContext, isResult, isTimed }: HostArity): string {
  const all = [names(params), hasContext ? "scheduler.running?.context" : ""].filter((text) => text !== "").join(", ");
  const returned = isResult ? `{ tag: "ok", val: answer }` : "answer";
  const body = `  const outer = words[${inHostIndex}];
  words[${inHostIndex}] = words[${runningIndex}];
  let answer;
  try {
    answer = implemented(${all});
  } finally {
    words[${inHostIndex}] = outer;${isTimed ? noteIfLate : ""}
  }
  return isThenable(answer) ? waitFor(answer) : ${returned};`;
  return `const { implemented, scheduler, isThenable, waitFor, errSide } = given;
const { words } = scheduler;
return function (${names(params)}) {
${isResult ? `try {\n${body}\n} catch (error) { return errSide(error); }` : body}
};`;
}
