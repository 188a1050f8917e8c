/** Types of core modules as the text format writes them, in one line, for messages. */
import type { Limits } from "../decode/ast.ts";
import {
  type CoreExternType,
  defaultPageSizeLog2,
  formatCoreSignature,
  formatCoreValType,
  type ModuleType,
} from "./core-types.ts";

/** As many as have room, which is less by them then; below zero it was needed. */
export function formatModuleType({ kind, imports, exports }: ModuleType, room: { letters: number }): string {
  const texts: string[] = [kind];
  /** @returns whether there may be more */
  const add = (text: string): boolean => {
    room.letters -= text.length + 1;
    texts.push(room.letters < 0 ? "…" : text);
    return room.letters >= 0;
  };
  for (const { module, name, type } of imports) {
    if (!add(`(import ${quoted(module)} ${quoted(name)} ${formatCoreType(type)})`)) return texts.join(" ");
  }
  for (const [name, type] of exports) if (!add(`(export ${quoted(name)} ${formatCoreType(type)})`)) break;
  return texts.join(" ");
}

/** Names may be any text: it breaks no line. */
const quoted = (name: string): string => JSON.stringify(name);

function formatCoreType(type: CoreExternType): string {
  switch (type.kind) {
    case "func":
    case "tag":
      return formatCoreSignature(type.kind, type);
    case "table":
      return `(table ${formatLimits(type.limits)} ${formatCoreValType(type.element)})`;
    case "memory":
      return `(memory ${formatLimits(type.limits)}${formatPages(type.pageSizeLog2)})`;
    case "global": {
      const value = formatCoreValType(type.type);
      return `(global ${type.isMutable ? `(mut ${value})` : value})`;
    }
  }
}

const formatLimits = ({ minimum, maximum, isShared, is64 }: Limits): string =>
  [is64 ? "i64 " : "", minimum, maximum === undefined ? "" : ` ${maximum}`, isShared ? " shared" : ""].join("");

const formatPages = (log2: number): string => (log2 === defaultPageSizeLog2 ? "" : ` (pagesize ${2 ** log2})`);
