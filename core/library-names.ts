/** Names under which the C library may be opened, most likely first: they differ between glibc, musl and macOS. */
export function libraryNames(): readonly string[] {
  if (process.platform === "darwin") return ["libSystem.B.dylib"];
  const arch = process.arch === "arm64" ? "aarch64" : "x86_64";
  return ["libc.so.6", `libc.musl-${arch}.so.1`, `/lib/libc.musl-${arch}.so.1`];
}
