/** What the declaration of a function lets it see of the arguments that it is given. */
import type { HostFunction } from "./linker.ts";

/** Functions that refuse more arguments than they declare. */
export const countsArguments = new WeakSet<HostFunction>();

const names = String.raw`\s*(?:[\w$]+\s*(?:,\s*[\w$]+\s*)*,?\s*)?`;
const ofArrow = new RegExp(String.raw`^(?:async\s*)?(?:\(${names}\)|[\w$]+)\s*=>`);
const ofMethod = new RegExp(String.raw`^(?!function\b)(?:async\s+)?[\w$]+\s*\(${names}\)\s*\{`);

/**
 * Whether it may see more than `count` arguments. Most do not say: a rest parameter, a default, `arguments`, or what stands
 * behind a bound function, a proxy or one of the engine's. Of an arrow function or a method with names for parameters it
 * is certain.
 */
export function seesMoreThan(implementation: HostFunction, count: number): boolean {
  if (implementation.length > count) return true;
  if (countsArguments.has(implementation)) return false;
  const text = Function.prototype.toString.call(implementation);
  if (ofArrow.test(text)) return false;
  return !ofMethod.test(text) || /\b(?:arguments|eval|native code)\b/.test(text);
}
