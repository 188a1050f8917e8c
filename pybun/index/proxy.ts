/** Which proxy a URL goes through: the conventions of curl, which Python's and Rust's clients share. */
import type { ProxySettings, Sourced } from "./index-config.ts";

/** The proxy's URL (credentials included) and who named it, or `undefined` for a direct connection. */
export function proxyFor(url: string, proxies: ProxySettings): Sourced | undefined {
  if (proxies.http === undefined && proxies.https === undefined) return undefined;
  const parsed = URL.parse(url);
  const proxy = parsed?.protocol === "https:" ? proxies.https : proxies.http;
  if (parsed === null || proxy === undefined) return undefined;
  return proxies.bypass.some((entry) => bypasses(parsed, entry)) ? undefined : proxy;
}

function bypasses(url: URL, entry: string): boolean {
  if (entry === "*") return true;
  const isBareIpv6 = entry.split(":").length > 2 && !entry.startsWith("[");
  const written = isBareIpv6 ? `[${entry}]` : entry;
  const [, host = "", port] = /^\.?(\[.*\]|.*?)(?::(\d+))?$/.exec(written.toLowerCase()) ?? [];
  const wantedPort = url.port || (url.protocol === "https:" ? "443" : "80");
  if (port !== undefined && port !== wantedPort) return false;
  const asked = url.hostname.toLowerCase();
  const suffix = host.startsWith("*.") ? host.slice(2) : host;
  return suffix !== "" && (asked === suffix || asked.endsWith(`.${suffix}`));
}
