/** Lists of a flag: items between commas; `,,` is a comma of an item, as it is for Deno. */
import { type Fault, fault, type TextRange } from "../fault.ts";

export interface ListItem {
  readonly text: string;
  /** Where a part of the item stands in the whole list. */
  readonly rangeOf: (range: TextRange) => TextRange;
}

export function splitCommas(list: string): readonly ListItem[] | Fault {
  const items: ListItem[] = [];
  let text = "";
  let places: number[] = [];
  for (let at = 0; at <= list.length; at++) {
    const isComma = list[at] === ",";
    if (at < list.length && !(isComma && list[at + 1] !== ",")) {
      text += list[at];
      places.push(at);
      if (isComma) at++;
      continue;
    }
    if (text === "") return fault("has an empty item", at, at + 1);
    items.push(itemOf(text, places, at));
    text = "";
    places = [];
  }
  return items;
}

/** `places`: of each character. `end` is the place behind them. */
function itemOf(text: string, places: readonly number[], end: number): ListItem {
  const placeOf = (offset: number): number => places[offset] ?? end;
  return {
    text,
    rangeOf: ({ start, end: last }) => ({ start: placeOf(start), end: Math.max(placeOf(last), placeOf(start) + 1) }),
  };
}

export const escapeCommas = (item: string): string => item.replaceAll(",", ",,");
