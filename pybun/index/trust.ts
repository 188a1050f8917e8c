/** Which certificates are believed: the built-in roots, a file that replaces them, or anything for a trusted host. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { reasonOf } from "@vivarium/core/system-reason";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { IndexConfig, Sourced } from "./index-config.ts";
import { throwIfTooManyFiles } from "./open-files-limit.ts";

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

function certificatesOf({ certificateFile, certificateDirectory }: IndexConfig): { ca: string } | undefined {
  if (certificateFile !== undefined) return { ca: certificatesIn(certificateFile) };
  if (certificateDirectory === undefined) return undefined;
  const { value: directory, source } = certificateDirectory;
  const files = namesIn(directory).filter((name) => /\.(?:pem|crt|0)$/.test(name));
  const texts = files.map((name) => readCertificates({ value: join(directory, name), source }));
  const ca = texts.filter(holdsCertificate).join("\n");
  return ca === "" ? undefined : { ca };
}

const holdsCertificate = (text: string): boolean => /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/.test(text);

/** A file that replaces the roots must hold some: the built-in ones in its place would trust what the user does not. */
function certificatesIn(file: Sourced): string {
  const text = readCertificates(file);
  if (holdsCertificate(text)) return text;
  throw problem("E_INDEX_CONFIG", { source: file.source, reason: `'${file.value}' holds no certificate in PEM form` });
}

function readCertificates({ value: file, source }: Sourced): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throwIfTooManyFiles(error, file);
    if (!isFileError(error)) throw error;
    const reason = `cannot read the certificates in '${file}': ${reasonOf(error)}`;
    throw problem("E_INDEX_CONFIG", { source, reason }, { cause: error });
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    throwIfTooManyFiles(error, directory);
    if (!isFileError(error)) throw error;
    return [];
  }
}

function isFileError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
