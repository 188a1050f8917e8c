/**
 * Where a trap came from, out of the trace that the engine made. Frames of guests are told with the names of their
 * component, instance and function; our own code between them is left out, by the names that its modules have
 * (adapter/module-writer.ts): that of a call from one instance to another says whose frames come next.
 */
import { glueNames } from "../adapter/module-writer.ts";
import type { TrapFrame } from "../errors/errors.ts";

/** One frame of core code, as an engine tells of it. */
export interface CoreFrame {
  /** What the module calls itself. */
  readonly module: string;
  readonly func: string | undefined;
  /** Among the functions of the module. */
  readonly index: number | undefined;
}

/** What an instance knows of its own code. */
export interface FrameNames {
  /** Undefined for a frame that is no function of the guest's own. */
  of(frame: CoreFrame): Pick<TrapFrame, "component" | "func"> | undefined;
  /** Whether there is such a function. */
  has(frame: CoreFrame): boolean;
}

/** An instance, as far as frames tell of it. */
interface Framed {
  readonly name: string;
  readonly frames: FrameNames | undefined;
  /** Functions that rewriting put between a module's imports and its own. */
  readonly indexShift: number;
}

interface Trace {
  /** The innermost first: those of one call of the host. */
  readonly frames: readonly CoreFrame[];
  /** Whether the outermost one is there: engines keep some ten frames. */
  readonly isWhole: boolean;
}

/** A frame of a guest, whose index is that of the function in its module as it was given. */
interface Placed {
  readonly frame: CoreFrame;
  readonly root: Framed;
}

/** @param held the instances that the call is in, the outermost first */
export function framesOf(error: unknown, held: readonly Framed[]): TrapFrame[] {
  if (!(error instanceof WebAssembly.RuntimeError)) return [];
  const found: TrapFrame[] = [];
  for (const { frame, root } of placedIn(held, traceOf(error))) {
    const names = root.frames?.of(frame);
    if (names !== undefined) found.push({ ...names, instance: root.name });
  }
  return found;
}

/**
 * A call that has not entered yet, or that has returned, is in the trace, and its instance is not held. Without the
 * outermost frames nobody can count: then there is one if more of the frames are functions of their instances with it.
 */
function placedIn(held: readonly Framed[], { frames, isWhole }: Trace): readonly Placed[] {
  const crossings = frames.filter(isCrossing).length;
  const inside = placedFrom(isWhole ? crossings : held.length - 1, { held, frames });
  if (isWhole || crossings === 0) return inside;
  const outside = placedFrom(held.length, { held, frames });
  return knownIn(outside) > knownIn(inside) ? outside : inside;
}

const knownIn = (placed: readonly Placed[]): number =>
  placed.filter(({ frame, root }) => root.frames?.has(frame) === true).length;

/** @param innermost the place of the instance that the first frame belongs to */
function placedFrom(
  innermost: number,
  { held, frames }: { held: readonly Framed[]; frames: Trace["frames"] },
): Placed[] {
  const placed: Placed[] = [];
  const last = held.length - 1;
  let place = innermost;
  for (const frame of frames) {
    if (isCrossing(frame)) place -= 1;
    const root = held[Math.min(Math.max(place, 0), last)];
    if (root === undefined || isCrossing(frame) || frame.module === glueNames.other) continue;
    const index = frame.index === undefined ? undefined : frame.index - root.indexShift;
    placed.push({ frame: { ...frame, index }, root });
  }
  return placed;
}

const isCrossing = ({ module }: CoreFrame): boolean => module === glueNames.link;

type Prepare = (error: unknown, sites: readonly unknown[]) => unknown;

/** What the type declarations of one engine do not know of another's. */
const errors = Error as unknown as { prepareStackTrace?: Prepare | undefined; stackTraceLimit?: number };

/**
 * Engines make the text of a trace when it is first read, and some leave the names of core functions out of it: so they
 * are asked for the parts. A program's own way of making texts is put back at once.
 */
function traceOf(error: WebAssembly.RuntimeError): Trace {
  let told: readonly string[] | undefined;
  const { prepareStackTrace: before } = errors;
  const prepare: Prepare = (_, sites) => {
    told = sites.map(String);
    return [String(error), ...told].join("\n    at ");
  };
  // An assignment: engines do not look at what was only defined. False where a program has frozen it.
  const isSet = Reflect.set(errors, "prepareStackTrace", prepare);
  const text = String(error.stack);
  if (isSet) errors.prepareStackTrace = before;
  return coreTrace(told ?? text.split("\n").map((line) => line.replace(/^ +at /, "")));
}

/** Frames of one call stand together, above the JavaScript that made it. */
function coreTrace(lines: readonly string[]): Trace {
  const parsed = lines.map(coreFrame);
  const first = parsed.findIndex((frame) => frame !== undefined);
  if (first < 0) return { frames: [], isWhole: true };
  const after = parsed.findIndex((frame, index) => index > first && frame === undefined);
  const frames = parsed.slice(first, after < 0 ? undefined : after).filter((frame) => frame !== undefined);
  return { frames, isWhole: after >= 0 || lines.length < (errors.stackTraceLimit ?? 0) };
}

// Names are the guest's, of any length and with any text: no pattern may run over them, since it would begin again at
// each place in them that looks like the next part.

const coreFrame = (line: string): CoreFrame | undefined => frameOfV8(line) ?? frameOfJsc(line);

const v8Scheme = "wasm://wasm/";
const v8End = /[0-9a-f]{8}:wasm-function\[(?<index>[0-9]{1,10})\]:0x[0-9a-f]{1,16}\)?$/;
const v8EndMax = 64;

/** `name (wasm://wasm/module-hash:wasm-function[1]:0x1f)` */
function frameOfV8(line: string): CoreFrame | undefined {
  const end = v8End.exec(line.slice(-v8EndMax));
  if (end === null) return undefined;
  const before = line.slice(0, line.length - end[0].length);
  const open = before.lastIndexOf(` (${v8Scheme}`);
  if (open < 0 && !before.startsWith(v8Scheme)) return undefined;
  const place = before.slice(open < 0 ? v8Scheme.length : open + v8Scheme.length + 2);
  if (place !== "" && !place.endsWith("-")) return undefined;
  const [name, module] = [before.slice(0, Math.max(open, 0)), place.slice(0, -1)];
  // In front of the function's name stands the module's, if it has one.
  const func = name === module ? "" : name.startsWith(`${module}.`) ? name.slice(module.length + 1) : name;
  // Functions without a name are given their index as one (compile/complete-names.ts).
  const index = end.groups?.["index"] ?? "";
  return { module, func: func === "" || func === index ? undefined : func, index: Number(index) };
}

const jscFunction = ".wasm-function[";
const jscEnds = ["] (native)", "]@[wasm code]"] as const;
/** As many as an index may have. */
const indexDigitsMax = 10;

/** `module.wasm-function[name] (native)`, or with an index, or with nothing. */
function frameOfJsc(line: string): CoreFrame | undefined {
  const end = jscEnds.find((each) => line.endsWith(each));
  const open = line.indexOf(jscFunction);
  if (end === undefined || open < 0) return undefined;
  const [start, stop] = [open + jscFunction.length, line.length - end.length];
  if (stop < start) return undefined;
  const [module, name] = [line.slice(0, open), line.slice(start, stop)];
  const isIndex = name.length <= indexDigitsMax && /^[0-9]+$/.test(name);
  return {
    module: module === "<?>" ? "" : module,
    func: isIndex || name === "" ? undefined : name,
    index: isIndex ? Number(name) : undefined,
  };
}
