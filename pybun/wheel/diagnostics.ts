import { rule } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";

const exit = exitCode.integrity;
const rebuilt = "Get the file again; if it stays like this, it was built or changed by a tool that must be mended.";
const unsafe = "Do not install this file: tell the index and the publisher.";

interface InArchive {
  /** The file name of the archive. */
  readonly file: string;
}

interface InEntry extends InArchive {
  readonly entry: string;
}

/** Codes of downloading, checking and unpacking wheels. All of them mean that nothing was installed. */
export const wheelDiagnostics = {
  E_WHEEL_NOT_ZIP: rule<InArchive & { detail: string }>({
    exit,
    summary: "The file has no usable end-of-directory record (APPNOTE 4.3.16): it is no ZIP archive, or cut off.",
    message: (p) => `'${p.file}' is not a whole ZIP archive: ${p.detail}`,
    hint: () => rebuilt,
  }),
  E_WHEEL_ZIP_LEADING: rule<InArchive & { bytes: number }>({
    exit,
    summary: "Bytes stand before the first entry of the archive.",
    message: (p) => `'${p.file}' has ${p.bytes} bytes before its first entry`,
    hint: () => rebuilt,
  }),
  E_WHEEL_ZIP_TRAILING: rule<InArchive & { bytes: number }>({
    exit,
    summary: "Bytes stand after the end of the archive.",
    message: (p) => `'${p.file}' has ${p.bytes} bytes after its end record`,
    hint: () => rebuilt,
  }),
  E_WHEEL_ZIP_TWO_ENDS: rule<InArchive>({
    exit,
    summary: "The archive has two end-of-directory records, so that two readers may see two contents.",
    message: (p) => `'${p.file}' has more than one end record`,
    hint: () => unsafe,
  }),
  E_WHEEL_ZIP_COUNT: rule<InArchive & { detail: string }>({
    exit,
    summary: "The end record's count, size or place of the directory is not what the archive holds.",
    message: (p) => `the end record of '${p.file}' disagrees with its directory: ${p.detail}`,
    hint: () => unsafe,
  }),
  E_WHEEL_ZIP_RECORD: rule<InArchive & { detail: string }>({
    exit,
    summary: "A record of the archive is malformed.",
    message: (p) => `'${p.file}' is malformed: ${p.detail}`,
    hint: () => rebuilt,
  }),
  E_WHEEL_ZIP_HIDDEN: rule<InArchive & { bytes: number; offset: number }>({
    exit,
    summary: "Bytes stand between entries that the directory does not account for.",
    message: (p) => `'${p.file}' hides ${p.bytes} bytes at offset ${p.offset} that its directory does not list`,
    hint: () => unsafe,
  }),
  E_WHEEL_ZIP_OVERLAP: rule<InEntry & { other: string }>({
    exit,
    summary: "Two entries of the archive share bytes.",
    message: (p) => `the entries '${p.entry}' and '${p.other}' of '${p.file}' overlap`,
    hint: () => unsafe,
  }),
  E_WHEEL_ZIP_MISMATCH: rule<InEntry & { field: string }>({
    exit,
    summary: "The local header, the data descriptor and the directory disagree about an entry.",
    message: (p) => `the headers of '${p.entry}' in '${p.file}' disagree about its ${p.field}`,
    hint: () => unsafe,
  }),
  E_WHEEL_ZIP_DUPLICATE: rule<InEntry>({
    exit,
    summary: "Two entries of the archive have the same name.",
    message: (p) => `'${p.file}' has two entries named '${p.entry}'`,
    hint: () => unsafe,
  }),
  E_WHEEL_ZIP_ENCRYPTED: rule<InEntry>({
    exit,
    summary: "An entry is encrypted; wheels cannot be.",
    message: (p) => `the entry '${p.entry}' of '${p.file}' is encrypted`,
    hint: () => rebuilt,
  }),
  E_WHEEL_ZIP_UNSUPPORTED: rule<InEntry & { feature: string }>({
    exit,
    summary: "An entry uses a ZIP feature that installers do not share, such as a method other than stored or deflate.",
    message: (p) => `the entry '${p.entry}' of '${p.file}' uses ${p.feature}`,
    hint: () => "Build the wheel again with the methods stored or deflate.",
  }),
  E_WHEEL_ENTRY_NAME: rule<InEntry & { reason: string }>({
    exit,
    summary: "An entry's name leaves the tree, or means different files to different systems.",
    message: (p) => `the entry name '${p.entry}' in '${p.file}' ${p.reason}`,
    hint: () => unsafe,
  }),
  E_WHEEL_ENTRY_KIND: rule<InEntry & { kind: string }>({
    exit,
    summary: "An entry is a link, a device or another special file.",
    message: (p) => `the entry '${p.entry}' of '${p.file}' is ${p.kind}; only files and directories are installed`,
    hint: () => unsafe,
  }),
  E_WHEEL_ENTRY_CONFLICT: rule<InEntry & { other: string }>({
    exit,
    summary: "Two entries want the same place, or one is a file where the other needs a directory.",
    message: (p) => `the entries '${p.entry}' and '${p.other}' of '${p.file}' want the same place`,
    hint: () => unsafe,
  }),
  E_WHEEL_DEFLATE: rule<InEntry>({
    exit,
    summary: "An entry's compressed data is damaged.",
    message: (p) => `the compressed data of '${p.entry}' in '${p.file}' is damaged`,
    hint: () => rebuilt,
  }),
  E_WHEEL_ENTRY_SIZE: rule<InEntry & { detail: string }>({
    exit,
    summary: "An entry inflates to another size than its headers say, or its data ends early.",
    message: (p) => `the size of '${p.entry}' in '${p.file}' is wrong: ${p.detail}`,
    hint: () => unsafe,
  }),
  E_WHEEL_CRC: rule<InEntry>({
    exit,
    summary: "An entry does not have the CRC-32 of its header.",
    message: (p) => `the CRC-32 of '${p.entry}' in '${p.file}' is wrong`,
    hint: () => rebuilt,
  }),
  E_WHEEL_BOMB: rule<InArchive & { detail: string }>({
    exit,
    summary: "The archive would unpack to far more than its size justifies.",
    message: (p) => `'${p.file}' looks like a decompression bomb: ${p.detail}`,
    hint: () => unsafe,
  }),
  E_WHEEL_RECORD_MISSING: rule<InArchive>({
    exit,
    summary: "The wheel has no RECORD.",
    message: (p) => `'${p.file}' has no RECORD, so its contents cannot be checked`,
    hint: () => rebuilt,
  }),
  E_WHEEL_RECORD_SYNTAX: rule<InArchive & { line: number; detail: string }>({
    exit,
    summary: "A line of RECORD cannot be read.",
    message: (p) => `line ${p.line} of the RECORD of '${p.file}' ${p.detail}`,
    hint: () => rebuilt,
  }),
  E_WHEEL_RECORD_HASH: rule<InEntry>({
    exit,
    summary: "A file does not have the hash or size that RECORD gives.",
    message: (p) => `'${p.entry}' in '${p.file}' is not the file that RECORD describes`,
    hint: () => unsafe,
  }),
  E_WHEEL_RECORD_UNHASHED: rule<InEntry & { algorithm: string }>({
    exit,
    summary: "RECORD gives no hash for a file, or one that is weaker than SHA-256.",
    message: (p) =>
      p.algorithm === ""
        ? `RECORD of '${p.file}' gives no hash for '${p.entry}'`
        : `RECORD of '${p.file}' gives only the hash '${p.algorithm}' for '${p.entry}'`,
    hint: () => rebuilt,
  }),
  E_WHEEL_RECORD_UNLISTED: rule<InEntry>({
    exit,
    summary: "The archive holds a file that RECORD does not list.",
    message: (p) => `'${p.file}' holds '${p.entry}', which its RECORD does not list`,
    hint: () => unsafe,
  }),
  E_WHEEL_RECORD_ABSENT: rule<InEntry>({
    exit,
    summary: "RECORD lists a file that the archive does not hold.",
    message: (p) => `the RECORD of '${p.file}' lists '${p.entry}', which is not there`,
    hint: () => rebuilt,
  }),
  E_WHEEL_DIST_INFO: rule<InArchive & { detail: string }>({
    exit,
    summary: "The wheel has no .dist-info directory, several, or one that lacks a file it needs.",
    message: (p) => `'${p.file}' ${p.detail}`,
    hint: () => rebuilt,
  }),
  E_WHEEL_NAME: rule<InArchive & { expected: string; actual: string }>({
    exit,
    summary: "The wheel's metadata names another project than its file name.",
    message: (p) => `'${p.file}' is named for '${p.expected}', but holds '${p.actual}'`,
    hint: () => unsafe,
  }),
  E_WHEEL_VERSION: rule<InArchive & { expected: string; actual: string }>({
    exit,
    summary: "The wheel's metadata gives another version than its file name.",
    message: (p) => `'${p.file}' is named for version ${p.expected}, but holds ${p.actual}`,
    hint: () => unsafe,
  }),
  E_WHEEL_FORMAT: rule<InArchive & { version: string }>({
    exit,
    summary: "The wheel's Wheel-Version is missing or newer than version 1, the only one there is.",
    message: (p) => `'${p.file}' has the unknown Wheel-Version '${p.version}'`,
    hint: () => "Use a newer release of this program, or another file.",
  }),
  E_WHEEL_DATA_SCHEME: rule<InEntry>({
    exit,
    summary: "A file in the .data directory belongs to no installation scheme.",
    message: (p) => `'${p.entry}' in '${p.file}' belongs to none of purelib, platlib, headers, scripts, data`,
    hint: () => rebuilt,
  }),
};
