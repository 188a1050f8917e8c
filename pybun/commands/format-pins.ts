/** Pins as text and as JSON. */
import { redactAddress } from "@vivarium/core/redact";
import type { Pin } from "../resolver/pins.ts";

export interface PinFormat {
  readonly hashes: boolean;
  /** What `# via` calls the requirements that the user gave. */
  readonly origins: (name: string) => readonly string[];
  /** The constraints on a project, in words of `# via`. */
  readonly limits: (name: string) => readonly string[];
}

/**
 * A requirements file that pip accepts as it stands, and without URLs a constraints file too: extras, which those may
 * not have, are left out, since all that they bring is pinned.
 */
export function formatPins(pins: readonly Pin[], format: PinFormat): string {
  return pins.map((pin) => `${formatPin(pin, format)}\n`).join("");
}

function formatPin(pin: Pin, { hashes, origins, limits }: PinFormat): string {
  const head = pin.url === undefined ? `${pin.name}==${pin.version}` : `${pin.name} @ ${redactAddress(pin.url)}`;
  const lines = [head, ...(hashes ? pin.hashes.map((hash) => `    --hash=${hash}`) : [])];
  const requirers = pin.via.flatMap((name) => (name === "" ? origins(pin.name) : [name]));
  const via = [...limits(pin.name), ...requirers];
  return [lines.join(" \\\n"), ...viaLines(via)].join("\n");
}

function viaLines(via: readonly string[]): readonly string[] {
  const [only, ...others] = via;
  if (only === undefined) return [];
  if (others.length === 0) return [`    # via ${only}`];
  return ["    # via", ...via.map((name) => `    #   ${name}`)];
}

/** A pin of `detail.packages`. */
export function pinJson({ name, version, extras, index, url, via, file, hashes }: Pin) {
  const { filename, kind, size } = file;
  return {
    name,
    version,
    extras,
    index,
    ...(url === undefined ? {} : { url: redactAddress(url) }),
    via: via.map((requirer) => (requirer === "" ? "user" : requirer)),
    file: { filename, url: redactAddress(file.url), kind, ...(size === undefined ? {} : { size }) },
    hashes,
  };
}
