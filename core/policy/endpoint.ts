/**
 * `HOST:PORT` of connect and listen. In: what a person or an engine wrote. Out: one spelling for each host: lower case,
 * punycode, IPv4 as four numbers, the shortest IPv6 in brackets, no dot at the end. The URL parser does that the way name
 * look-up will: `127.1` and `0x7f.1` are 127.0.0.1, and may not pass for names.
 */
import { type Fault, fault, isFault } from "../fault.ts";

/** A port is always named; `*.` (connect only) stands for all subdomains, at any depth, and not for the domain itself. */
export function parseEndpoint(text: string, { subdomains }: { readonly subdomains: boolean }): string | Fault {
  const parts = splitEndpoint(text);
  if (isFault(parts)) return parts;
  const host = parseHost(parts.host, { subdomains });
  if (isFault(host)) return host;
  const port = Number(parts.port);
  const portAt = text.length - parts.port.length;
  if (!/^(?:0|[1-9]\d{0,4})$/.test(parts.port) || port > 65_535)
    return fault("has no port from 0 to 65535", portAt, Math.max(text.length, portAt + 1));
  if (port === 0 && subdomains) return fault("has port 0, to which nobody can connect", portAt, text.length);
  return `${host}:${port}`;
}

function splitEndpoint(text: string): { host: string; port: string } | Fault {
  const scheme = text.indexOf("://");
  if (scheme >= 0) return fault("is an address with a scheme: name host and port alone", 0, scheme + "://".length);
  const bracket = text.startsWith("[") ? text.indexOf("]") : -1;
  if (text.startsWith("[") && bracket < 0) return fault("lacks the closing bracket", text.length, text.length + 1);
  const colon = bracket < 0 ? text.lastIndexOf(":") : bracket + 1;
  if (colon < 0 || colon >= text.length) return fault("has no port", text.length, text.length + 1);
  if (text[colon] !== ":") return fault("goes on behind the bracket without a colon", colon, text.length);
  const host = text.slice(0, colon);
  if (bracket < 0 && host.includes(":"))
    return fault("has more than one colon: an IPv6 address stands in brackets", 0, host.length);
  return { host, port: text.slice(colon + 1) };
}

function parseHost(host: string, { subdomains }: { readonly subdomains: boolean }): string | Fault {
  if (host === "") return fault("has no host", 0, 1);
  if (host.startsWith("[")) {
    // Of anything else between brackets the URL parser might make a login and a host.
    const address = /^\[[\da-f:.]+\]$/i.test(host) ? hostByUrl(host) : undefined;
    return address ?? fault("is no IPv6 address", 0, host.length);
  }
  const prefix = subdomains && host.startsWith("*.") ? "*." : "";
  const name = host.slice(prefix.length);
  const star = name.indexOf("*");
  if (star >= 0) {
    const reason = subdomains
      ? "has a '*' that is not the '*.' for all subdomains"
      : "has a '*', which stands for nothing";
    return fault(reason, prefix.length + star, prefix.length + star + 1);
  }
  const odd = /[^\p{L}\p{M}\p{N}._-]/u.exec(name);
  if (odd !== null) {
    const at = prefix.length + odd.index;
    return fault("has a character that no host has", at, at + odd[0].length);
  }
  const canonical = hostByUrl(name)?.replace(/\.$/, "");
  if (canonical === undefined || /^$|^\.|\.\.|\.$/.test(canonical) || (prefix !== "" && /^[\d.]+$/.test(canonical)))
    return fault("names no host", 0, host.length);
  return prefix + canonical;
}

const hostByUrl = (host: string): string | undefined => URL.parse(`http://${host}/`)?.hostname;

/** Of a canonical endpoint. */
export function hostOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(":"));
}

/** The wildcards that a canonical endpoint falls under, the narrowest first. */
export function wildcardsAbove(endpoint: string): string[] {
  if (endpoint.startsWith("[") || /^[\d.]+:/.test(endpoint)) return [];
  const labels = endpoint.split(".");
  const first = labels[0] === "*" ? 2 : 1;
  return labels.slice(first).map((_, index) => `*.${labels.slice(first + index).join(".")}`);
}
