/**
 * A value for people to read, as JSON writes it, cut off where it becomes long: a guest says what the value is, and
 * pays nothing for the text of it. Only as much is looked at as is written.
 */
const lengthMax = 1000;
const depthMax = 16;
const cut = "…";

/** A text stands for itself; "" for what JSON has no text for. */
export function excerptOf(value: unknown): string {
  const excerpt = new Excerpt();
  if (typeof value === "string") excerpt.add(value);
  else excerpt.write(value, 0);
  return excerpt.text;
}

class Excerpt {
  text = "";
  #isFull = false;

  add(text: string): void {
    if (this.#isFull) return;
    const room = lengthMax - this.text.length;
    this.#isFull = text.length > room;
    // The half of a character that would be left alone is cut off too.
    this.text += this.#isFull ? `${text.slice(0, room).replace(/[\ud800-\udbff]$/, "")}${cut}` : text;
  }

  write(value: unknown, depth: number): void {
    if (this.#isFull) return;
    if (typeof value === "string") this.add(JSON.stringify(value.slice(0, lengthMax)));
    else if (typeof value === "bigint") this.add(`"${value}"`);
    else if (typeof value !== "object" || value === null) this.add(JSON.stringify(value) ?? "");
    else if (depth === depthMax) this.add(cut);
    else if (value instanceof Map) this.#writeItems(value, depth);
    else if (Array.isArray(value) || isTypedArray(value)) this.#writeItems(value, depth);
    else this.#writeObject(value, depth);
  }

  #writeItems(items: Iterable<unknown>, depth: number): void {
    let before = "[";
    for (const item of items) {
      this.add(before);
      this.write(item ?? null, depth + 1);
      if (this.#isFull) return;
      before = ",";
    }
    this.add(before === "[" ? "[]" : "]");
  }

  #writeObject(value: object, depth: number): void {
    let before = "{";
    for (const key in value) {
      if (this.#isFull) return;
      const item = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
      if (item === undefined || typeof item === "function" || typeof item === "symbol") continue;
      this.add(`${before}${JSON.stringify(key)}:`);
      this.write(item, depth + 1);
      before = ",";
    }
    this.add(before === "{" ? "{}" : "}");
  }
}

const isTypedArray = (value: object): value is Iterable<unknown> & object =>
  ArrayBuffer.isView(value) && Symbol.iterator in value;
