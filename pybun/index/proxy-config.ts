/** Proxies from the environment (curl's names, lower-case first) and from pip's `proxy` setting. */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Environment } from "@vivarium/core/paths";
import { redact } from "@vivarium/core/redact";
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
  const url = URL.parse(setting.value.includes("://") ? setting.value : `http://${setting.value}`);
  if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "") {
    return { value: url.href, source: setting.source };
  }
  throw problem("E_INDEX_CONFIG", {
    source: setting.source,
    reason: `'${redact(setting.value)}' is no http or https proxy`,
  });
}
