/** Names as WIT writes them (design/mvp/WIT.md, Keywords). */

/** Names that mean something else in WIT stand behind `%`. */
export const identifier = (label: string): string => (keywords.has(label) ? `%${label}` : label);

const keywords = new Set(
  (
    "as async bool borrow char constructor enum error-context export f32 f64 flags from func future import include " +
    "interface list map option own package record resource result s16 s32 s64 s8 static stream string tuple type u16 " +
    "u32 u64 u8 use variant with world"
  ).split(" "),
);
