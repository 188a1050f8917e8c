/**
 * A package index for tests: wheels and source distributions made in memory, served as PEP 503 HTML or PEP 691 JSON, with or
 * without metadata (PEP 658), validators, compression and ranges, behind credentials, and badly behaved where asked.
 *
 * ```ts
 * const index = await startFixtureIndex({ metadata: "hash" });
 * index.add(buildWheel({ name: "left", version: "1.0", requires: ["right>=2"] }));
 * index.behave("/simple/left/", () => ({ status: 500 }), { times: 1 });
 * // … index.simple is the URL for --index …
 * await index.stop();
 * ```
 */

import { createHash } from "node:crypto";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { Distribution } from "./distributions.ts";
import { type FixtureRequest, type Outcome, type Reply, startHttpServer } from "./http-server.ts";
import { type FileOptions, type ListedFile, pageContentTypes, renderHtmlPage, renderJsonPage } from "./pages.ts";

export interface FixtureOptions {
  /** "negotiate" (the default) follows the Accept header, as PyPI does. */
  readonly form?: "html" | "json" | "negotiate";
  /** Is the metadata served beside wheels? "hash" (the default) advertises it with its hash, "plain" without one. */
  readonly metadata?: "none" | "plain" | "hash";
  /** How the metadata is advertised in HTML: PEP 714's attribute (the default), or PEP 658's first spelling. */
  readonly metadataAttribute?: "data-core-metadata" | "data-dist-info-metadata";
  readonly compression?: "gzip" | "br" | "zstd";
  /** Send ETag, and honour If-None-Match. */
  readonly etag?: boolean;
  /** Headers of project pages: Cache-Control and the like. */
  readonly pageHeaders?: Readonly<Record<string, string>>;
  /** "full" (the default), "absolute" refuses suffix ranges with 416, "none" ignores Range. */
  readonly ranges?: "full" | "absolute" | "none";
  /** `user:password` that every request must show. */
  readonly login?: string;
  readonly tls?: boolean;
}

export type Behaviour = (request: FixtureRequest) => Outcome | undefined | Promise<Outcome | undefined>;

export interface FixtureIndex {
  readonly origin: string;
  /** The URL to give as an index. */
  readonly simple: string;
  readonly add: (distribution: Distribution, options?: FileOptions) => void;
  /** Answers requests for this path (a string that it equals, or a pattern) instead; `undefined` lets the usual answer pass. */
  readonly behave: (path: string | RegExp, behaviour: Behaviour, limits?: { times: number }) => void;
  /** Every request so far: method, path, headers, and the status that it got (0: none). */
  readonly log: readonly (FixtureRequest & { readonly status: number })[];
  readonly stop: () => Promise<void>;
}

export async function startFixtureIndex(options: FixtureOptions = {}): Promise<FixtureIndex> {
  const projects = new Map<string, Map<string, ListedFile>>();
  const rules: { path: string | RegExp; behaviour: Behaviour; left: number }[] = [];
  const log: (FixtureRequest & { status: number })[] = [];

  async function answer(request: FixtureRequest): Promise<Outcome> {
    for (const rule of rules) {
      if (rule.left <= 0 || !matches(rule.path, request.target)) continue;
      rule.left--;
      const outcome = await rule.behaviour(request);
      if (outcome !== undefined) return outcome;
    }
    return usualAnswer(request, { options, projects });
  }

  const server = await startHttpServer(
    async (request) => {
      const outcome = await answer(request);
      log.push({ ...request, status: typeof outcome === "string" ? 0 : outcome.status });
      return outcome;
    },
    { tls: options.tls ?? false },
  );
  return {
    origin: server.origin,
    simple: `${server.origin}/simple`,
    add(distribution, file = {}) {
      const name = projectOf(distribution.filename);
      const files = projects.get(name) ?? new Map<string, ListedFile>();
      files.set(distribution.filename, { distribution, ...file });
      projects.set(name, files);
    },
    behave: (path, behaviour, limits) =>
      void rules.push({ path, behaviour, left: limits?.times ?? Number.POSITIVE_INFINITY }),
    log,
    stop: () => server.stop(),
  };
}

function matches(path: string | RegExp, target: string): boolean {
  return typeof path === "string" ? path === target : path.test(target);
}

/** Our own builders escape dashes in the name part, so that the first dash ends it. */
function projectOf(filename: string): string {
  return (filename.split("-", 1)[0] ?? "").toLowerCase().replaceAll(/[-_.]+/g, "-");
}

interface Shelf {
  readonly options: FixtureOptions;
  readonly projects: ReadonlyMap<string, ReadonlyMap<string, ListedFile>>;
}

function usualAnswer(request: FixtureRequest, shelf: Shelf): Reply {
  const { login } = shelf.options;
  if (login !== undefined && request.headers["authorization"] !== `Basic ${Buffer.from(login).toString("base64")}`) {
    return { status: 401, headers: { "www-authenticate": 'Basic realm="fixture"' }, body: "who are you?" };
  }
  const project = /^\/simple\/([^/]+)\/$/.exec(request.target)?.[1];
  if (project !== undefined) return pageReply(request, project, shelf);
  const [, filename, metadata] = /^\/files\/(.+?)(\.metadata)?$/.exec(request.target) ?? [];
  const file =
    filename === undefined ? undefined : shelf.projects.get(projectOf(filename))?.get(decodeURIComponent(filename));
  if (file === undefined) return { status: 404, body: "no such thing" };
  if (metadata !== undefined) {
    return shelf.options.metadata === "none" ? { status: 404 } : { status: 200, body: file.distribution.metadata };
  }
  return fileReply(request, file.distribution.bytes, shelf.options.ranges ?? "full");
}

function pageReply(request: FixtureRequest, project: string, { options, projects }: Shelf): Reply {
  const files = projects.get(project);
  if (files === undefined) return { status: 404, body: "no such project" };
  const wantsJson = (request.headers["accept"] ?? "").includes("application/vnd.pypi.simple.v1+json");
  const form =
    options.form === undefined || options.form === "negotiate" ? (wantsJson ? "json" : "html") : options.form;
  const listing = {
    name: project,
    files: [...files.values()],
    metadata: options.metadata ?? "hash",
    attribute: options.metadataAttribute ?? "data-core-metadata",
  } as const;
  const text = form === "json" ? renderJsonPage(listing) : renderHtmlPage(listing);
  const etag = `"${createHash("sha256").update(text).digest("hex").slice(0, 16)}"`;
  const headers = {
    "content-type": pageContentTypes[form],
    ...(options.etag === true ? { etag } : {}),
    ...options.pageHeaders,
  };
  if (options.etag === true && request.headers["if-none-match"] === etag) return { status: 304, headers };
  return compressed({ status: 200, headers, body: text }, options.compression);
}

const compressors = { gzip: gzipSync, br: brotliCompressSync, zstd: zstdCompressSync };

function compressed(reply: Reply, compression: FixtureOptions["compression"]): Reply {
  if (compression === undefined) return reply;
  const body = compressors[compression](Buffer.from(reply.body ?? ""));
  return { ...reply, body, headers: { ...reply.headers, "content-encoding": compression } };
}

/** Single byte ranges (RFC 9110, section 14). */
function fileReply(request: FixtureRequest, bytes: Buffer, ranges: "full" | "absolute" | "none"): Reply {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(request.headers["range"] ?? "") ?? [];
  if (ranges === "none" || (from === "" && to === "")) return { status: 200, body: bytes };
  if (from === "" && ranges === "absolute")
    return { status: 416, headers: { "content-range": `bytes */${bytes.length}` } };
  const start = from === "" ? Math.max(0, bytes.length - Number(to)) : Number(from);
  const end = from === "" || to === "" ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1);
  if (start > end) return { status: 416, headers: { "content-range": `bytes */${bytes.length}` } };
  const headers = { "content-range": `bytes ${start}-${end}/${bytes.length}`, "accept-ranges": "bytes" };
  return { status: 206, headers, body: bytes.subarray(start, end + 1) };
}
