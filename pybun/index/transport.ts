/**
 * HTTP GET as the index client needs it: patient, suspicious, and careful with secrets.
 *
 * In: a URL and what may be spent on it. Out: status, headers, and a body that is read piece by piece under a ceiling
 * of bytes, an idle timeout and a lowest rate. In between: redirects (followed here, because credentials belong to one
 * place and must be chosen anew for each hop), retries with back-off, proxies, certificates.
 *
 * `fetch` of Bun keeps connections alive; an own HTTP client would gain nothing that a measurement showed. Bodies are
 * decompressed by `content-coding.ts`.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import { type Body, type Link, openBody } from "./body.ts";
import type { Clock } from "./clock.ts";
import { acceptEncoding } from "./content-coding.ts";
import type { CredentialSource } from "./credentials.ts";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { IndexConfig } from "./index-config.ts";
import { limiterOf } from "./limiter.ts";
import { failureOf } from "./network-failure.ts";
import { proxyFor } from "./proxy.ts";
import { attemptsMax, isRetriedStatus, type Retry, retryDelayMs } from "./retry.ts";
import type { Trust } from "./trust.ts";
import { openWatchdog, type Watchdog } from "./watchdog.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface Answer {
  readonly status: number;
  /** After redirects; may hold secrets of a signed link. */
  readonly url: string;
  readonly headers: Headers;
  readonly body: Body;
  /** Milliseconds since 1970 when the request was sent (RFC 9111, section 4.2.3). */
  readonly requestedMs: number;
}

export interface AskOptions {
  /** Made anew for each attempt. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Statuses that are an answer to the caller; 200 always is. Others are retried or thrown. */
  readonly answers?: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

export interface Transport {
  /**
   * Calls `use` with the answer; the body is discarded when `use` is done. Everything of it may be called again on
   * retry.
   */
  readonly ask: <T>(url: string, options: AskOptions, use: (answer: Answer) => Promise<T>) => Promise<T>;
  readonly requests: () => number;
}

export interface TransportParts {
  readonly config: IndexConfig;
  readonly credentials: CredentialSource;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

const redirectsMax = 10;
const atOnceMax = 50;

export function openTransport(parts: TransportParts): Transport {
  const limit = limiterOf(atOnceMax);
  const watchdog = openWatchdog({ timeoutMs: parts.config.timeoutMs });
  const link: Link = { isSlow: false };
  let requests = 0;

  async function attempt<T>(url: string, options: AskOptions, use: (answer: Answer) => Promise<T>): Promise<T | Retry> {
    const watch = new AbortController();
    const release = passOnAborts([parts.signal, options.signal], watch);
    const hop = { headers: options.headers?.() ?? {}, watch, watchdog, link, count: () => requests++ };
    let isRead = false;
    try {
      const answer = await follow(url, hop, parts);
      const accepted = answer.status === 200 || (options.answers?.includes(answer.status) ?? false);
      if (!accepted) return refused(answer, parts);
      const outcome = await use(answer);
      isRead = answer.status === 200;
      return outcome;
    } catch (error) {
      parts.signal?.throwIfAborted();
      options.signal?.throwIfAborted();
      return failureOf(error, { url: redactAddress(url), proxy: proxyFor(url, parts.config.proxies) });
    } finally {
      release();
      // Ends a body that nobody wants; one that was read leaves its connection to the next request.
      if (!isRead) watch.abort();
    }
  }

  async function ask<T>(url: string, options: AskOptions, use: (answer: Answer) => Promise<T>): Promise<T> {
    for (let number = 1; ; number++) {
      const outcome = await limit(() => attempt(url, options, use));
      if (!isRetry(outcome)) return outcome;
      const delay =
        number <= (parts.config.retries ?? attemptsMax - 1)
          ? retryDelayMs(number, outcome.retryAfter, parts.clock)
          : undefined;
      if (delay === undefined) throw outcome.problem(number);
      await parts.clock.wait(delay, options.signal ?? parts.signal);
    }
  }

  return { ask, requests: () => requests };
}

function passOnAborts(signals: readonly (AbortSignal | undefined)[], to: AbortController): () => void {
  const stop = (event: Event): void => to.abort(event.target instanceof AbortSignal ? event.target.reason : undefined);
  for (const signal of signals) {
    if (signal?.aborted === true) to.abort(signal.reason);
    signal?.addEventListener("abort", stop, { once: true });
  }
  return () => {
    for (const signal of signals) signal?.removeEventListener("abort", stop);
  };
}

function isRetry(outcome: unknown): outcome is Retry {
  return typeof outcome === "object" && outcome !== null && "kind" in outcome && outcome.kind === "retry";
}

function refused(answer: Answer, parts: TransportParts): Retry {
  const { status } = answer;
  const url = redactAddress(answer.url);
  if (status === 401 || status === 403 || status === 407) {
    throw problem("E_INDEX_AUTH", {
      url,
      status,
      offered: parts.credentials.for(answer.url) !== undefined,
    });
  }
  const failure = (attempts: number): Error => problem("E_INDEX_STATUS", { url, status, attempts });
  if (!isRetriedStatus(status)) throw failure(1);
  return { kind: "retry", retryAfter: answer.headers.get("retry-after"), problem: failure };
}

interface Hop {
  readonly headers: Readonly<Record<string, string>>;
  readonly watch: AbortController;
  readonly watchdog: Watchdog;
  readonly link: Link;
  readonly count: () => void;
}

async function follow(start: string, hop: Hop, parts: TransportParts): Promise<Answer> {
  const seen = new Set<string>();
  for (let url = start; ; ) {
    const astray = seen.has(url) ? "loop" : seen.size > redirectsMax ? "too many" : undefined;
    if (astray !== undefined)
      throw problem("E_INDEX_REDIRECT", { url: redactAddress(start), reason: astray, target: redactAddress(url) });
    seen.add(url);
    const requestedMs = parts.clock.nowMs();
    const response = await send(url, hop, parts);
    if (!isRedirect(response.status)) {
      const body = openBody(response, {
        url: redactAddress(url),
        timeoutMs: parts.config.timeoutMs,
        watchdog: hop.watchdog,
        link: hop.link,
        abort: () => hop.watch.abort(),
      });
      return { status: response.status, url, headers: response.headers, body, requestedMs };
    }
    url = nextUrl(url, response.headers.get("location"), start);
  }
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function nextUrl(from: string, location: string | null, start: string): string {
  const target = redactAddress(location ?? "");
  if (location === null) throw problem("E_INDEX_REDIRECT", { url: redactAddress(start), reason: "nowhere", target });
  const next = URL.parse(location, from);
  if (next === null || !/^https?:$/.test(next.protocol)) {
    throw problem("E_INDEX_REDIRECT", { url: redactAddress(start), reason: "elsewhere", target });
  }
  if (from.startsWith("https:") && next.protocol === "http:") {
    throw problem("E_INDEX_REDIRECT", { url: redactAddress(start), reason: "insecure", target });
  }
  next.hash = "";
  return next.href;
}

/** One request. The timer covers the time until the headers are there; the body has its own idle timer. */
async function send(url: string, hop: Hop, parts: TransportParts): Promise<Response> {
  hop.count();
  const authorization = parts.credentials.for(url);
  const proxy = proxyFor(url, parts.config.proxies);
  const tls = certain(parts.trust.for(url));
  const watch = hop.watchdog.watch(() =>
    hop.watch.abort(
      problem("E_INDEX_TIMEOUT", { url: redactAddress(url), phase: "connect", timeoutMs: parts.config.timeoutMs }),
    ),
  );
  try {
    return await fetch(withoutUserInformation(url), {
      redirect: "manual",
      // Else BUN_CONFIG_VERBOSE_FETCH prints requests on standard error, with their credentials.
      verbose: false,
      signal: hop.watch.signal,
      decompress: false,
      headers: {
        "accept-encoding": acceptEncoding,
        ...hop.headers,
        ...(authorization === undefined ? {} : { authorization }),
      },
      ...(proxy === undefined ? {} : { proxy: proxy.value }),
      ...(tls === undefined ? {} : { tls }),
    });
  } finally {
    watch.stop();
  }
}

/**
 * The runtime believes any certificate where this variable of Node is `0`. It is no setting of ours, and nobody who
 * sets it for another program means what gets installed: it is passed on, and has no effect here. Named only where it
 * is set, so that all other requests keep the runtime's own options.
 */
function certain(tls: ReturnType<Trust["for"]>): ReturnType<Trust["for"]> {
  return process.env["NODE_TLS_REJECT_UNAUTHORIZED"] === undefined ? tls : { rejectUnauthorized: true, ...tls };
}

function withoutUserInformation(url: string): string {
  if (!url.includes("@")) return url;
  const parsed = new URL(url);
  parsed.username = "";
  parsed.password = "";
  return parsed.href;
}
