/**
 * Whether a call is waited for. As long as the host function that made it has not answered, it is taken to be, with whatever
 * waits behind it. Afterwards nobody knows: its promise may be kept for another host function, or be nobody's.
 */
import type { Suspension } from "./suspension.ts";

/** One call of a host function, in which others are made. */
export interface HostCall {
  /** What its caller waits for, if it answers with a promise. */
  suspension: Suspension | undefined;
  hasAnswered: boolean;
}

export interface Maker {
  readonly suspension: Suspension | undefined;
  /** In whose queue it stands: no host function of its own runs then. */
  readonly waitsFor: unknown;
  /** The one that runs, if it has made calls. */
  hostCall: HostCall | undefined;
}

/** In which host function a call is made now. */
export function hostCallOf(maker: Maker): HostCall {
  const { suspension } = maker;
  const hasAnswered = maker.waitsFor !== undefined || suspension?.outcome !== undefined;
  if (suspension !== undefined) return { suspension, hasAnswered };
  return (maker.hostCall ??= { suspension, hasAnswered: false });
}

/** The host function that runs answers: with a promise if something is waited for. */
export function endHostCall(maker: Maker, suspension?: Suspension): void {
  const { hostCall } = maker;
  if (hostCall === undefined) return;
  hostCall.suspension = suspension;
  hostCall.hasAnswered = suspension === undefined;
  maker.hostCall = undefined;
}

interface Made {
  readonly parent: Maker | undefined;
  readonly madeIn: HostCall | undefined;
  /** Of makers that have ended. */
  readonly inherited: unknown;
}

export function isAwaited({ parent, madeIn, inherited }: Made): boolean {
  if (parent === undefined) return true;
  if (inherited !== undefined || madeIn?.hasAnswered === true) return false;
  const { suspension } = madeIn ?? {};
  // Its stack may not have gone on yet.
  return suspension === undefined || (suspension === parent.suspension && suspension.outcome === undefined);
}
