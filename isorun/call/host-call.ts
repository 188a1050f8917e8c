/**
 * Whether a call is waited for. As long as the host function that made it has not answered, it is taken to be, with whatever
 * waits behind it. Afterwards nobody knows: its promise may be kept for another host function, or be nobody's.
 */

/**
 * One call of a host function, in which others are made. It is all that these keep of it: they may go on for long, and what it
 * has answered may be large.
 */
export interface HostCall {
  hasAnswered: boolean;
}

/** The place at which a stack waits. */
interface Waiting {
  readonly outcome: unknown;
  /** What it waits for, if others were made in that: it is told of the outcome. */
  hostCall: HostCall | undefined;
}

export interface Maker {
  readonly suspension: Waiting | undefined;
  /** In whose queue it stands: no host function of its own runs then. */
  readonly waitsFor: unknown;
  /** The one that runs, if it has made calls. */
  hostCall: HostCall | undefined;
}

/** In which host function a call is made now. */
export function hostCallOf(maker: Maker): HostCall {
  const { suspension, waitsFor } = maker;
  // Its stack may not have gone on yet.
  const hasAnswered = waitsFor !== undefined || suspension?.outcome !== undefined;
  return ((suspension ?? maker).hostCall ??= { hasAnswered });
}

/** The host function that runs answers: with a promise if something is waited for. */
export function endHostCall(maker: Maker, suspension?: Waiting): void {
  const { hostCall } = maker;
  if (hostCall === undefined) return;
  maker.hostCall = undefined;
  if (suspension === undefined) hostCall.hasAnswered = true;
  else suspension.hostCall = hostCall;
}

interface Made {
  readonly parent: unknown;
  readonly madeIn: HostCall | undefined;
  /** Of makers that have ended. */
  readonly inherited: unknown;
}

export function isAwaited({ parent, madeIn, inherited }: Made): boolean {
  return parent === undefined || (inherited === undefined && madeIn?.hasAnswered !== true);
}
