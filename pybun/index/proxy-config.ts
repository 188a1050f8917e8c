/** Proxies from the environment (curl's names, lower-case first) and from pip's `proxy` setting. */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Environment } from "@vivarium/core/paths";
import { redactAddress } from "@vivarium/core/redact";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { ProxySettings, Sourced } from "./index-config.ts";

const problem = problemsOf<typeof indexDiagnostics>();

/** pip's setting wins for both schemes, as it does in pip. Throws `E_INDEX_CONFIG` for what is no proxy URL. */
export function readProxies(environment: Environment, pip: Sourced | undefined): ProxySettings {
  const bypass = (variable(environment, "no_proxy")?.value ?? "").split(/[\s,]+/).filter((entry) => entry !== "");
  const all = variable(environment, "all_proxy");
  const http = proxyUrl(pip ?? variable(environment, "http_proxy") ?? all);
  const https = proxyUrl(pip ?? variable(environment, "https_proxy") ?? all);
  return { bypass, ...(http === undefined ? {} : { http }), ...(https === undefined ? {} : { https }) };
}

function variable(environment: Environment, name: string): Sourced | undefined {
  for (const spelling of [name, name.toUpperCase()]) {
    const value = environment[spelling];
    if (value !== undefined && value !== "") return { value, source: spelling };
  }
  return undefined;
}

function proxyUrl(setting: Sourced | undefined): Sourced | undefined {
  if (setting === undefined) return undefined;
  const address = setting.value.includes("://") ? setting.value : `http://${setting.value}`;
  // With a scheme put in front of it, `http:user:…` would be the host `http`, and the login a path.
  const url = /^https?:(?!\/\/[^/\\])/i.test(setting.value) ? null : URL.parse(address);
  if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "") {
    return { value: url.href, source: setting.source };
  }
  // Without a scheme, what stands in front of the `@` is a login all the same.
  const shown = /^[a-z][a-z0-9+.-]*:[/\\]/i.test(setting.value)
    ? redactAddress(setting.value)
    : redactAddress(`//${setting.value}`).slice(2);
  throw problem("E_INDEX_CONFIG", {
    source: setting.source,
    reason: `'${shown}' is no http or https proxy`,
  });
}
