/** What a host function is given of the call that it is in. */

/**
 * Host functions pass it on with the calls that they make; otherwise their calls belong to a chain of their own. A copy of
 * it by `{ ...context }` is none, and has no signal and no chain: for tsc to know, it is a class with getters.
 */
export declare abstract class CallContext {
  /** Aborted when the call is ended from outside, and not when it ends by itself. */
  get signal(): AbortSignal;
  /** The name of the chain, then the instances that it is in, the outermost first. */
  get chain(): readonly string[];
  /** W3C Trace Context. */
  readonly traceparent?: string;
}
