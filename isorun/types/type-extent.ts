/**
 * How much there is to walk in a type if all that it names is written out in its place, and how deep that goes. Both
 * have an end: a file of some hundred bytes can name one type twice in the next one, level by level, and walks of what
 * comes out would take years, or the end of the stack.
 */
import type { AnyType, Extent, ExternType } from "./component-types.ts";
import type { CoreExternType, ModuleType } from "./core-types.ts";

/** The reference implementation's (wasmparser, `MAX_WASM_TYPE_SIZE` and `MAX_WASM_COMPONENT_TYPE_DEPTH`). */
const sizeEnd = 1_000_000;
const depthMax = 100;

const leafExtent: Extent = { size: 1, depth: 1 };

/** Of what is made of these. */
export function extentAround(parts: Iterable<Extent>): Extent {
  let { size, depth } = leafExtent;
  for (const part of parts) {
    size += part.size;
    depth = Math.max(depth, part.depth + 1);
  }
  return { size, depth };
}

/** In the words of the reference implementation. */
export function extentProblem({ size, depth }: Extent): string | undefined {
  if (size >= sizeEnd) return `effective type size exceeds the limit of ${sizeEnd}`;
  return depth > depthMax ? "type nesting is too deep" : undefined;
}

/** Of the types whose parts may be many: each is looked at once. */
const known = new WeakMap<object, Extent>();

export function extentOf(type: AnyType | ModuleType): Extent {
  if (type.kind === "resource") return leafExtent;
  if (type.kind === "func") {
    const { params, result } = type;
    return extentAround([
      ...params.map((param) => param.type.extent),
      ...(result === undefined ? [] : [result.extent]),
    ]);
  }
  if (type.kind !== "instance" && type.kind !== "component" && type.kind !== "core module") return type.extent;
  const before = known.get(type);
  if (before !== undefined) return before;
  const extent = type.kind === "core module" ? moduleExtent(type) : extentAround(externsOf(type));
  known.set(type, extent);
  return extent;
}

const externExtent = (type: ExternType): Extent => extentOf(type.kind === "type" ? type.type : type);

function externsOf(type: AnyType & { readonly kind: "instance" | "component" }): readonly Extent[] {
  const types = [...(type.kind === "component" ? type.imports.values() : []), ...type.exports.values()];
  return types.map(externExtent);
}

/** Core types refer to each other by what they are, not by their parts: nothing walks them. */
function moduleExtent({ imports, exports }: ModuleType): Extent {
  const sizes = [...imports.map(({ type }) => coreSize(type)), ...[...exports.values()].map(coreSize)];
  return { size: sizes.reduce((sum, size) => sum + size, 1), depth: 1 };
}

const coreSize = (type: CoreExternType): number =>
  type.kind === "func" || type.kind === "tag" ? 1 + type.type.params.length + type.type.results.length : 1;

/** Of a list that grows: what a component or an instance type imports and exports. */
export class ExtentSum {
  #extent = leafExtent;

  /** Says why this one cannot be added; undefined if it was. */
  add(type: ExternType): string | undefined {
    const { size, depth } = extentAround([externExtent(type)]);
    const sum = { size: this.#extent.size + size - leafExtent.size, depth: Math.max(this.#extent.depth, depth) };
    const problem = extentProblem(sum);
    if (problem === undefined) this.#extent = sum;
    return problem;
  }
}
