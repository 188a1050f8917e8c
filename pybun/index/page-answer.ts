/**
 * From the answer of an index to a parsed page. The content type decides between JSON and HTML: that of this very
 * answer, because some servers answer HEAD requests with another.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import type { indexDiagnostics } from "./diagnostics.ts";
import { baseOfPage, collectLinks } from "./html-links.ts";
import { collectJsonFiles, parseJsonPage } from "./json-page.ts";
import type { LinkRefusal } from "./link-file.ts";
import type { PageForm } from "./page-view.ts";
import { collectReleases, type ReleaseTable } from "./release-table.ts";

const problem = problemsOf<typeof indexDiagnostics>();

/** JSON first; HTML as all servers have it; the old type last (PEP 691, "Content negotiation"). */
export const pageAccept =
  "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";

export interface ParsedPage {
  readonly form: PageForm;
  readonly base: string;
  readonly table: ReleaseTable;
  /** The records: the page's own bytes, or our JSON records. */
  readonly body: Uint8Array;
  /** The body, one character a byte: made once, since it takes as long as the scan. */
  readonly text: string;
  /** Of the entries that are no record, the first. */
  readonly refused?: LinkRefusal;
}

export interface PageBytes {
  /** Where the answer came from. */
  readonly url: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /**
   * Nothing but the end of the connection marked the end of the body (RFC 9112, section 6.3, case 8): whether all of it
   * came is for us to see.
   */
  readonly endsWithConnection: boolean;
}

/** Throws `E_INDEX_CONTENT` for anything that is no project page, or only the beginning of one. */
export function parsePage(name: string, answer: PageBytes): ParsedPage {
  const mediaType = answer.contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const refuse = (reason: string): Error =>
    problem("E_INDEX_CONTENT", { url: redactAddress(answer.url), contentType: answer.contentType, reason });
  if (mediaType.endsWith("+json") || mediaType === "application/json") return jsonPage(name, answer, refuse);
  if (mediaType === "text/html" || mediaType === "application/xhtml+xml" || mediaType.endsWith("+html")) {
    const page = htmlPage(name, answer);
    if (answer.endsWithConnection && isCutOff(page.text)) throw refuse("it is cut off before its end");
    return page;
  }
  throw refuse("neither a JSON nor an HTML project page");
}

function htmlPage(name: string, { url, bytes }: { url: string; bytes: Uint8Array }): ParsedPage {
  const page = latin1Of(bytes);
  const collector = collectReleases(name);
  collectLinks(page, collector);
  return { form: "html", base: baseOfPage(page, url), table: collector.finish(), body: bytes, text: page };
}

/**
 * A project would silently be one of its first releases only: releases stand in the order of their upload. Broken JSON
 * shows by itself.
 */
function isCutOff(page: string): boolean {
  const text = page.toLowerCase();
  if (text.includes("<html") && !text.includes("</html")) return true;
  return text.lastIndexOf("<a") > text.lastIndexOf("</a");
}

function jsonPage(
  name: string,
  answer: { url: string; bytes: Uint8Array },
  refuse: (reason: string) => Error,
): ParsedPage {
  const parsed = parseJsonPage(new TextDecoder().decode(answer.bytes));
  if (parsed === undefined) throw refuse("the JSON is malformed");
  if (parsed.major !== 1) throw refuse(`its API version ${parsed.major} is not known`);
  if (parsed.fault !== undefined) throw refuse(parsed.fault);
  const collector = collectReleases(name);
  const records = collectJsonFiles(parsed.files, collector);
  return {
    form: "json",
    base: answer.url,
    table: collector.finish(),
    body: Buffer.from(records, "latin1"),
    text: records,
    ...(parsed.unnamed === undefined ? {} : { refused: { link: parsed.unnamed, fault: "name" } }),
  };
}

/** One character a byte, so that offsets of the text are offsets of the bytes. */
export function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
