/**
 * Our own test scripts, in the language of the reference tests: commands as tests/conformance runs them, with the text
 * of each component where a converted script has the name of a file.
 */
import type { Action, Command, ScriptValue } from "../conformance/commands.ts";
import { parseSExpressions, type SList, type SNode } from "./s-expression.ts";

/** @throws Error that names the line of what is no command */
export function parseScript(text: string): readonly Command[] {
  return parseSExpressions(text).map((node) => {
    const line = text.slice(0, node.start).split("\n").length;
    try {
      return { line, ...commandOf(asList(node), text) };
    } catch (cause) {
      throw new Error(`line ${line} is no command that is understood`, { cause });
    }
  });
}

/** The texts of all components that the commands name. */
export const componentTexts = (commands: readonly Command[]): readonly string[] =>
  commands.flatMap((command) => ("filename" in command ? [command.filename] : []));

type Unplaced<T> = T extends unknown ? Omit<T, "line"> : never;

function commandOf(list: SList, text: string): Unplaced<Command> {
  const [head, first, second] = list.items;
  switch (head?.kind === "atom" ? head.text : "") {
    case "component":
      return componentCommand(list, text);
    case "invoke":
      return { type: "action", action: actionOf(list) };
    case "assert_return":
      return { type: "assert_return", action: actionOf(first), expected: list.items.slice(2).map(valueOf) };
    case "assert_trap":
      if (headOf(first) === "component") return refused("assert_uninstantiable", list, text);
      return { type: "assert_trap", action: actionOf(first), text: stringOf(second) };
    case "assert_invalid":
      return refused("assert_invalid", list, text);
    case "assert_malformed":
      return refused("assert_malformed", list, text);
    default:
      throw new Error("it begins with no known word");
  }
}

function refused(
  type: "assert_invalid" | "assert_malformed" | "assert_uninstantiable",
  { items: [, component, words] }: SList,
  text: string,
): Unplaced<Command> {
  return { type, filename: sourceOf(asList(component), text), text: stringOf(words) };
}

function componentCommand(list: SList, text: string): Unplaced<Command> {
  const [, first, second, third] = list.items;
  const word = first?.kind === "atom" ? first.text : "";
  if (word === "instance")
    return { type: "module_instance", ...nameOf("instance", second), ...nameOf("module", third) };
  const isDefinition = word === "definition";
  const type = isDefinition ? "module_definition" : "module";
  const source = isDefinition ? `(component ${text.slice(first?.end, list.end)}` : sourceOf(list, text);
  return { type, ...nameOf("name", isDefinition ? second : first), filename: source };
}

/** Nothing where there is no `$name`. */
function nameOf<K extends string>(key: K, node: SNode | undefined): { [key in K]?: string } {
  const isName = node?.kind === "atom" && node.text.startsWith("$");
  return isName ? ({ [key]: node.text } as { [key in K]: string }) : {}; // the one key
}

const sourceOf = ({ start, end }: SList, text: string): string => text.slice(start, end);

function actionOf(node: SNode | undefined): Action {
  const { items } = asList(node);
  const hasName = items[1]?.kind === "atom";
  const [field, ...args] = items.slice(hasName ? 2 : 1);
  const module = hasName && items[1]?.kind === "atom" ? { module: items[1].text } : {};
  return { type: "invoke", ...module, field: stringOf(field), args: args.map(valueOf) };
}

function valueOf(node: SNode): ScriptValue {
  const { items } = asList(node);
  const [, ...rest] = items;
  const [type = "", form] = headOf(node).split(".");
  switch (type) {
    case "list":
    case "tuple":
      return { type, value: rest.map(valueOf) };
    case "record":
      return { type, value: rest.map(fieldOf) };
    case "flags":
      return { type, value: rest.map(stringOf) };
    case "variant":
      return { type, value: { case: stringOf(rest[0]), payload: rest[1] === undefined ? null : valueOf(rest[1]) } };
    case "option":
      return { type, value: form === "some" && rest[0] !== undefined ? valueOf(rest[0]) : null };
    case "result":
      return { type, value: { [form ?? ""]: rest[0] === undefined ? null : valueOf(rest[0]) } };
    case "str":
      return { type: "string", value: stringOf(rest[0]) };
    case "f32":
    case "f64":
      return { type, value: floatBits(type, textOf(rest[0])) };
    default:
      return { type, value: textOf(rest[0]) };
  }
}

function fieldOf(node: SNode): readonly [string, ScriptValue] {
  const [, name, ...value] = asList(node).items;
  // A field's value stands without brackets of its own.
  return [stringOf(name), valueOf({ kind: "list", items: value, start: node.start, end: node.end })];
}

function floatBits(type: "f32" | "f64", text: string): string {
  if (text.startsWith("nan")) return text;
  const view = new DataView(new ArrayBuffer(8));
  const number = text.endsWith("inf") ? Number(text.replace("inf", "Infinity")) : Number(text);
  if (type === "f64") view.setFloat64(0, number);
  else view.setFloat32(4, number);
  return String(view.getBigUint64(0));
}

function asList(node: SNode | undefined): SList {
  if (node?.kind !== "list") throw new Error("a list is missing");
  return node;
}

function headOf(node: SNode | undefined): string {
  return node?.kind === "list" ? textOf(node.items[0]) : "";
}

function textOf(node: SNode | undefined): string {
  if (node === undefined || node.kind === "list") throw new Error("a word is missing");
  return node.text;
}

function stringOf(node: SNode | undefined): string {
  if (node?.kind !== "string") throw new Error("a string is missing");
  return node.text;
}
