/** Which certificates are believed: the built-in roots, a file that replaces them, or anything for a trusted host. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { IndexConfig } from "./index-config.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface Trust {
  /** The `tls` option of `fetch`; `undefined` means the defaults. */
  readonly for: (url: string) => { ca?: string; rejectUnauthorized?: boolean } | undefined;
}

/** Reads the certificates when the first https URL needs them: a warm resolution asks nobody. */
export function openTrust(config: IndexConfig): Trust {
  let options: { ca?: string } | undefined | null = null;
  return {
    for(url) {
      if (!url.startsWith("https:")) return undefined;
      if (config.trustedHosts.length > 0 && isTrusted(url, config.trustedHosts)) return { rejectUnauthorized: false };
      if (options === null) options = certificatesOf(config);
      return options;
    },
  };
}

function isTrusted(url: string, hosts: readonly string[]): boolean {
  const parsed = URL.parse(url);
  if (parsed === null) return false;
  return hosts.some((host) => host === parsed.hostname || host === `${parsed.hostname}:${parsed.port || "443"}`);
}

function certificatesOf(config: IndexConfig): { ca: string } | undefined {
  const texts: string[] = [];
  const { certificateFile, certificateDirectory } = config;
  if (certificateFile !== undefined) texts.push(readCertificates(certificateFile));
  else if (certificateDirectory !== undefined) {
    for (const name of namesIn(certificateDirectory)) {
      if (/\.(?:pem|crt|0)$/.test(name)) texts.push(readCertificates(join(certificateDirectory, name)));
    }
  }
  const ca = texts.filter((text) => text.includes("-----BEGIN ")).join("\n");
  return ca === "" ? undefined : { ca };
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (!isFileError(error)) throw error;
    throw problem(
      "E_INDEX_CONFIG",
      { source: "certificates", reason: `cannot read ${file}: ${error.message}` },
      { cause: error },
    );
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (!isFileError(error)) throw error;
    return [];
  }
}

function isFileError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
