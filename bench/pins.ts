/** Pins of a resolution, and how two of them differ. */
import { normalizeName } from "@vivarium/pybun/versions/name";

/** `name==version` lines by normalised name; comments, hashes and options left out. */
export function readPins(text: string): ReadonlyMap<string, string> {
  const pins = new Map<string, string>();
  for (const line of text.split("\n")) {
    const found = /^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)/.exec(line);
    if (found?.[1] !== undefined && found[2] !== undefined) pins.set(normalizeName(found[1]), found[2]);
  }
  return pins;
}

/** One line for each name whose version differs. No pins at all is a difference too: nothing was done. */
export function comparePins(outputs: ReadonlyMap<string, string>): string[] {
  const [[ourName, ours] = ["", ""], ...peers] = outputs;
  const ourPins = readPins(ours);
  if (ourPins.size === 0) return [`${ourName} printed no pins`];
  return peers.flatMap(([peerName, text]) => {
    const theirs = readPins(text);
    const names = [...new Set([...ourPins.keys(), ...theirs.keys()])].sort();
    return names
      .filter((name) => ourPins.get(name) !== theirs.get(name))
      .map((name) => `${name}: ${ourName} ${ourPins.get(name) ?? "none"}, ${peerName} ${theirs.get(name) ?? "none"}`);
  });
}

/** For commands whose output is the work itself. */
export function compareOutputs(outputs: ReadonlyMap<string, string>): string[] {
  const [[ourName, ours] = ["", ""], ...peers] = outputs;
  return peers.filter(([, text]) => text !== ours).map(([name]) => `the outputs of ${ourName} and ${name} differ`);
}
