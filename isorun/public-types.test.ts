/**
 * A program can name each type that stands in a signature of what the doors give: in those of functions, members of
 * interfaces and classes, and what types are made of. What is private, static in a class that is only a type, or no
 * export of its own module, nobody meets.
 */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Node, type Program, parseSync, Visitor } from "oxc-parser";

const doors = ["index.ts", "wasi/index.ts"].map((door) => join(import.meta.dir, door));

interface Export {
  readonly file: string;
  readonly name: string;
  /** Without its constructor and statics. */
  readonly isType: boolean;
}

interface Module {
  readonly program: Program;
  /** By the name that they have here. */
  readonly imports: ReadonlyMap<string, Export>;
  /** What it hands on, by the name that others see. */
  readonly reexports: ReadonlyMap<string, Export>;
}

const modules = new Map<string, Module>();

function moduleOf(file: string): Module {
  const known = modules.get(file);
  if (known !== undefined) return known;
  const { program, module } = parseSync(file, readFileSync(file, "utf8"));
  const at = (specifier: string): string => join(dirname(file), specifier);
  const imports = module.staticImports.flatMap(({ moduleRequest, entries }) =>
    entries.map(({ localName, importName, isType }): [string, Export] => [
      localName.value,
      { file: at(moduleRequest.value), name: importName.name ?? "", isType },
    ]),
  );
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, importName, exportName, isType }): [string, Export][] =>
      moduleRequest === null
        ? []
        : [[exportName.name ?? "", { file: at(moduleRequest.value), name: importName.name ?? "", isType }]],
    ),
  );
  const made = { program, imports: new Map(imports), reexports: new Map(reexports) };
  modules.set(file, made);
  return made;
}

interface Declared {
  readonly declaration: Node;
  readonly isExported: boolean;
}

/** What the module declares, by name. */
function declarationsIn({ program }: Module): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>();
  for (const statement of program.body) {
    const isExported = statement.type === "ExportNamedDeclaration" && statement.declaration !== null;
    const declaration = isExported ? statement.declaration : statement;
    if (declaration !== null && "id" in declaration && declaration.id?.type === "Identifier") {
      found.set(declaration.id.name, { declaration, isExported });
    }
  }
  return found;
}

type Span = Pick<Node, "start" | "end">;

/** Parts of a declaration that are nobody's but its own. */
function hiddenIn(declaration: Node, isType: boolean): readonly Span[] {
  const hidden: Span[] = [];
  new Visitor({
    ClassDeclaration: ({ superClass }) => void (superClass !== null && hidden.push(superClass)),
    MethodDefinition: (method) => {
      const isOwn = method.key.type === "PrivateIdentifier" || method.accessibility === "private";
      const isOfClass = method.static || method.kind === "constructor";
      if (isOwn || method.accessibility === "protected" || (isType && isOfClass)) hidden.push(method);
      else if (method.value.body !== null) hidden.push(method.value.body);
    },
    PropertyDefinition: (property) => {
      const isOwn = property.key.type === "PrivateIdentifier" || property.accessibility === "private";
      if (isOwn || (isType && property.static)) hidden.push(property);
      else if (property.value !== null) hidden.push(property.value);
    },
    FunctionDeclaration: ({ body }) => void (body !== null && hidden.push(body)),
  }).visit(programOf(declaration));
  return hidden;
}

/** A visitor walks programs only. */
const programOf = (declaration: Node): Program => ({
  ...moduleOf(doors[0] ?? "").program,
  body: [declaration as Program["body"][number]], // declarations are statements
});

/** Names of types in it, without those of its own parameters. */
function namesIn(declaration: Node, isType: boolean): ReadonlySet<string> {
  const hidden = hiddenIn(declaration, isType);
  const isHidden = ({ start, end }: Span): boolean => hidden.some((span) => span.start <= start && end <= span.end);
  const names = new Set<string>();
  const own = new Set<string>();
  const root = (name: Node): string | undefined =>
    name.type === "Identifier" ? name.name : name.type === "TSQualifiedName" ? root(name.left) : undefined;
  const add = (node: Span, name: Node): void => {
    const found = root(name);
    if (found !== undefined && !isHidden(node)) names.add(found);
  };
  new Visitor({
    TSTypeReference: (node) => add(node, node.typeName),
    TSInterfaceHeritage: (node) => add(node, node.expression),
    TSClassImplements: (node) => add(node, node.expression),
    TSTypeParameter: ({ name }) => void own.add(name.name),
  }).visit(programOf(declaration));
  return names.difference(own);
}

/** Those of what the module keeps to itself stand in the signature as well. */
function missingAt(door: Export, isThere: (each: Export) => boolean, seen = new Set<string>()): readonly string[] {
  const module = moduleOf(door.file);
  const declarations = declarationsIn(module);
  const { declaration } = declarations.get(door.name) ?? {};
  if (declaration === undefined) throw new Error(`${door.file} declares no type, class or function ${door.name}`);
  seen.add(door.name);
  return [...namesIn(declaration, door.isType)].flatMap((name) => {
    const own = declarations.get(name);
    if (own?.isExported === false) return seen.has(name) ? [] : missingAt({ ...door, name }, isThere, seen);
    const used = module.imports.get(name) ?? (own === undefined ? undefined : { ...door, name });
    return used === undefined || isThere(used) ? [] : [`${used.name}, of ${door.name}`];
  });
}

const given = doors.flatMap((door) => [...moduleOf(door).reexports.values()]);

/** Which public signatures name what is not there. */
function missingWith(isThere: (each: Export) => boolean): readonly string[] {
  return [...new Set(given.flatMap((each) => missingAt(each, isThere)))].toSorted();
}

test("types of public signatures are exported", () => {
  const keyOf = ({ file, name }: Export): string => `${file}#${name}`;
  const keys = new Set(given.map(keyOf));
  expect(missingWith((each) => keys.has(keyOf(each)))).toEqual([]);
});

test("one that is not is found, wherever it stands", () => {
  const names = new Set(["CallOptions", "LinkProblem", "RuntimeOptions", "HostResource", "Primitive", "Pollable"]);
  expect(missingWith(({ name }) => !names.has(name))).toEqual([
    "CallOptions, of InstanceHandle",
    "CallOptions, of InstanceInterface",
    "HostResource, of Fallback",
    "HostResource, of Linker",
    "LinkProblem, of LinkError",
    "Pollable, of InputStream",
    "Pollable, of OutputStream",
    "Primitive, of Shape",
    "RuntimeOptions, of Runtime",
  ]);
});
