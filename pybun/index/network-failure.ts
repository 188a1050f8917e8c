/** What a failure of `fetch` means: a certificate, a broken connection, our own timer; or none of ours. */
import { type ParamsOf, Problem, problemsOf } from "@vivarium/core/diagnostic";
import { redact, redactAddress } from "@vivarium/core/redact";
import { reasonOf } from "@vivarium/core/system-reason";
import type { indexDiagnostics, NamedProxy } from "./diagnostics.ts";
import type { Sourced } from "./index-config.ts";
import { tooManyFiles } from "./open-files-limit.ts";
import { plainError } from "./plain-error.ts";
import type { Retry } from "./retry.ts";

const problem = problemsOf<typeof indexDiagnostics>();

const certificateCodes =
  /CERT|SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)|ERR_TLS|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH|KEYUSAGE|UNKNOWN_CA/;

/** The peer answered the greeting of TLS with something else: plain HTTP, mostly, or a refusal to go on. */
const handshakeCode = "EPROTO";

/** What the receiver of a transfer threw. Its errors may look like those of a network: a full disk has a `code` too. */
export class SinkFailure extends Error {
  constructor(cause: unknown) {
    super("what was received could not be kept", { cause });
    this.name = "SinkFailure";
  }
}

/**
 * A certificate does not become better by asking again, nor a server without TLS, nor a full disk: thrown. What may
 * pass is a {@link Retry}. `url` is redacted; `proxy` is what the request went through.
 */
export function failureOf(error: unknown, { url, proxy }: { url: string; proxy: Sourced | undefined }): Retry {
  if (error instanceof SinkFailure) throw error.cause;
  if (error instanceof Problem) {
    if (!mayPass(error)) throw error;
    return { kind: "retry", retryAfter: null, problem: () => error };
  }
  const code = codeOf(error);
  const cause = plainError(error);
  const words = reasonOf(error);
  const malformed = malformedAnswer.exec(words)?.[1];
  if (malformed !== undefined) return retried({ url, reason: `its answer is no valid HTTP (${malformed})` }, proxy);
  const reason = error instanceof Error && words === error.message ? cause.message : redact(words);
  if (code !== undefined && certificateCodes.test(code))
    throw problem("E_INDEX_TLS", { url, reason: `${reason} (${code})`, phase: "certificate" }, { cause });
  if (code === handshakeCode) {
    const told = { url, reason: "the TLS handshake failed", phase: "handshake", ...shownProxy(proxy) } as const;
    throw problem("E_INDEX_TLS", told, { cause });
  }
  if (code === undefined) throw error;
  return {
    kind: "retry",
    retryAfter: null,
    problem: (attempts) =>
      tooManyFiles(error, url) ??
      problem("E_INDEX_NETWORK", { url, reason, attempts, ...shownProxy(proxy) }, { cause }),
  };
}

/** Whether a body ended before its end: the connection broke, or fell silent. */
export function isBrokenOff(error: unknown): boolean {
  if (error instanceof Problem) return mayPass(error);
  return !(error instanceof SinkFailure) && codeOf(error) !== undefined;
}

function mayPass(error: Problem): boolean {
  if (error.code === "E_INDEX_TRUNCATED") return true;
  if (error.code !== "E_INDEX_TIMEOUT") return false;
  // The parameters of this code.
  const { phase } = error.params as ParamsOf<typeof indexDiagnostics, "E_INDEX_TIMEOUT">;
  // Who trickled for longer than a minute had its time; the others may have lost a connection.
  return phase !== "slow";
}

function shownProxy(proxy: Sourced | undefined): { proxy?: NamedProxy } {
  return proxy === undefined ? {} : { proxy: { url: redactAddress(proxy.value), source: proxy.source } };
}

/** The runtime's own words say no more than their first, and are no cause that anybody could read. */
const malformedAnswer = /^(\w+) fetching "/;

function retried(told: { url: string; reason: string }, proxy: Sourced | undefined): Retry {
  const failure = (attempts: number): Error => problem("E_INDEX_NETWORK", { ...told, attempts, ...shownProxy(proxy) });
  return { kind: "retry", retryAfter: null, problem: failure };
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
