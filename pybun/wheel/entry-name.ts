import { problemsOf } from "@vivarium/core/diagnostic";
import type { wheelDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

/** Code page 437, upper half (APPNOTE, appendix D): names without the UTF-8 flag are in it. */
const upperHalf =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

const nameBytesMax = 4096;
const componentBytesMax = 255;

/**
 * The name of an entry as a relative path with `/`, checked.
 * @throws E_WHEEL_ENTRY_NAME for a name that is no plain relative path on every system.
 */
export function decodeEntryName(bytes: Uint8Array, { file, utf8 }: { file: string; utf8: boolean }): string {
  const name = utf8 ? decodeUtf8(bytes, file) : decodeCodePage(bytes);
  const reason = reasonAgainst(name, bytes.length);
  if (reason !== undefined) throw problem("E_WHEEL_ENTRY_NAME", { file, entry: name, reason });
  return name;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    const entry = new TextDecoder().decode(bytes);
    throw problem("E_WHEEL_ENTRY_NAME", { file, entry, reason: "is not valid UTF-8" }, { cause });
  }
}

function decodeCodePage(bytes: Uint8Array): string {
  if (bytes.every((byte) => byte < 0x80))
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : upperHalf.charAt(byte - 0x80))).join(
    "",
  );
}

// Control characters are what it looks for.
const control = /[\u0000-\u001f\u007f]/;
const drive = /^[A-Za-z]:/;
/** Device names of Windows, with any extension ("Naming Files, Paths, and Namespaces", Microsoft Learn). */
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$/i;

/** Why a name is refused, as the end of a sentence; undefined if it is a plain relative path. */
function reasonAgainst(name: string, byteLength: number): string | undefined {
  if (name === "") return "is empty";
  if (byteLength > nameBytesMax) return `is longer than ${nameBytesMax} bytes`;
  if (name.startsWith("/")) return "is absolute";
  if (name.includes("\\")) return "has a backslash";
  if (drive.test(name)) return "names a drive";
  if (control.test(name)) return "has a control character";
  const path = name.endsWith("/") ? name.slice(0, -1) : name;
  for (const component of path.split("/")) {
    const reason = reasonAgainstComponent(component);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function reasonAgainstComponent(component: string): string | undefined {
  if (component === "") return "has an empty component";
  if (component === "." || component === "..") return `has the component '${component}'`;
  if (Buffer.byteLength(component) > componentBytesMax) return `has a component longer than ${componentBytesMax} bytes`;
  if (reserved.test(component)) return `has the component '${component}', a device name of Windows`;
  if (component.includes(":")) return "has a colon, which names a stream or a drive on Windows";
  if (component.endsWith(".") || component.endsWith(" ")) return "has a component that Windows would shorten";
  return undefined;
}
