/**
 * The imports or the exports of one component, component type or instance type: their names, which must be strongly
 * unique, and the rules for names that say what a function is (Binary.md, Import and Export Definitions).
 */
import type { ExternName } from "../decode/ast.ts";
import { UnsupportedError, ValidationError } from "../errors/errors.ts";
import {
  type ExternType,
  externKindOf,
  type FuncType,
  type ResourceType,
  type ValueType,
} from "../types/component-types.ts";
import { ExtentSum } from "../types/type-extent.ts";
import { NameProblem, type ParsedName, parseExternName, uniqueKeyOf } from "./extern-name.ts";

export class ExternList {
  readonly types = new Map<string, ExternType>();
  readonly #names = new Map<string, string>();
  readonly #role: string;
  readonly #extent: ExtentSum;
  /** Names of the resources that stand directly in this list. Resources are told apart by the name that they got here. */
  readonly #resourceNames = new Map<ResourceType, string>();
  readonly #knownResources = new Set<string>();

  /** @param extent of all that is imported and exported in one place */
  constructor(role: "import" | "export", extent = new ExtentSum()) {
    this.#role = role;
    this.#extent = extent;
  }

  /** @throws ValidationError, UnsupportedError */
  add(name: ExternName, type: ExternType, offset: number): void {
    const parsed = this.#parse(name.name, offset);
    checkAttributes(name, { parsed, type, offset });
    const key = uniqueKeyOf(parsed, name.name);
    const previous = this.#names.get(key);
    if (previous !== undefined) {
      throw new ValidationError(
        `${this.#role} name \`${name.name}\` conflicts with previous name \`${previous}\``,
        offset,
      );
    }
    // A method is named like a member of its resource: a label that is the resource's own name stands for the resource.
    if (type.kind === "type" && type.type.kind === "resource") {
      this.#resourceNames.set(type.type, name.name);
      this.#knownResources.add(name.name);
    }
    const complaint = this.#annotationProblem(parsed, type);
    if (complaint !== undefined) throw new ValidationError(`\`${name.name}\` is not valid: ${complaint}`, offset);
    const excess = this.#extent.add(type);
    if (excess !== undefined) throw new ValidationError(excess, offset);
    this.#names.set(key, name.name);
    this.types.set(name.name, type);
  }

  #parse(name: string, offset: number): ParsedName {
    try {
      return parseExternName(name);
    } catch (error) {
      if (!(error instanceof NameProblem)) throw error;
      throw new ValidationError(`${this.#role} name \`${name}\` is not a valid extern name: ${error.message}`, offset);
    }
  }

  #annotationProblem(name: ParsedName, type: ExternType): string | undefined {
    if (name.kind === "label" || name.kind === "interface") return undefined;
    if (type.kind !== "func") return `item is not a func, but a ${externKindOf(type)}`;
    if (name.kind === "constructor") return this.#constructorProblem(name.label, type);
    if (name.kind === "method") return this.#methodProblem(name.resource, type);
    return this.#knownResources.has(name.resource) ? undefined : "static resource name is not known in this context";
  }

  #constructorProblem(resource: string, { result }: FuncType): string | undefined {
    if (result === undefined) return "function should return one value";
    const made = result.kind === "result" ? result.ok : result;
    if (made?.kind !== "own") return "function should return `(own $T)` or `(result (own $T))`";
    return this.#nameProblem(resource, made);
  }

  #methodProblem(resource: string, { params }: FuncType): string | undefined {
    const [self] = params;
    if (self === undefined) return "function should have at least one argument";
    if (self.label !== "self") return `function should have a first argument called \`self\`, found \`${self.label}\``;
    if (self.type.kind !== "borrow") return "function should take a first argument of `(borrow $T)`";
    return this.#nameProblem(resource, self.type);
  }

  #nameProblem(wanted: string, handle: ValueType & { readonly kind: "own" | "borrow" }): string | undefined {
    const name = this.#resourceNames.get(handle.resource);
    if (name === undefined) return "resource used in function does not have a name in this context";
    return name === wanted ? undefined : `function does not match expected resource name \`${name}\``;
  }
}

interface Named {
  readonly parsed: ParsedName;
  readonly type: ExternType;
  readonly offset: number;
}

function checkAttributes({ name, attributes }: ExternName, { parsed, type, offset }: Named): void {
  const seen = new Set<string>();
  for (const attribute of attributes) {
    const option = attribute.kind === "version-suffix" ? "versionsuffix" : attribute.kind;
    if (seen.has(option)) throw new ValidationError(`duplicate '${option}' option in name`, offset);
    seen.add(option);
    if (attribute.kind === "version-suffix") throw new UnsupportedError("a version suffix of an interface's name");
    if (attribute.kind !== "implements") continue;
    if (type.kind !== "instance") throw new ValidationError("only instances can have an `implements`", offset);
    if (parsed.kind !== "label") throw new ValidationError(`name \`${name}\` is not valid with \`implements\``, offset);
    checkImplements(attribute.interface, offset);
  }
}

function checkImplements(name: string, offset: number): void {
  let kind = "";
  try {
    kind = parseExternName(name).kind;
  } catch (error) {
    if (!(error instanceof NameProblem)) throw error;
    throw new ValidationError(`\`${name}\` is not a valid name: ${error.message}`, offset);
  }
  if (kind !== "interface")
    throw new ValidationError(`name \`${name}\` of \`implements\` must be an interface`, offset);
}
