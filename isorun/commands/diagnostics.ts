/** What can be wrong with a component, with what it is given, and with what it does. */
import { rule } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { shellWord } from "@vivarium/core/shell-word";
import type { ToldInVain } from "./paths-in-vain.ts";

interface InFile {
  /** As it was given. */
  readonly file: string;
}

interface Rejected extends InFile {
  readonly reason: string;
}

interface Frame {
  readonly component: string;
  readonly instance: string;
  readonly func: string;
}

interface Trapped extends InFile {
  readonly func: string;
  readonly reason: string;
  readonly frames: readonly Frame[];
  readonly trace: string;
}

interface Callable {
  readonly nearest: readonly string[];
  /** Some of the names that can be called. */
  readonly known: readonly string[];
}

const listed = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(", ");

const callHint = ({ nearest, known }: Callable): string => {
  if (nearest.length > 0) return `Did you mean ${nearest.map((name) => `'${name}'`).join(" or ")}?`;
  return known.length === 0 ? "It exports no function that `--invoke` could call." : `It exports ${listed(known)}.`;
};

function askedList({ asked, isCut }: ToldInVain): string {
  const names = asked.map(({ capability, path }) => `'${path}'${capability === "write" ? " (to write)" : ""}`);
  if (isCut) names.splice(names.length / 2, 0, "…");
  return names.join(", ");
}

const exit = exitCode.dataError;

export const isorunDiagnostics = {
  E_COMPONENT_MISSING: rule<InFile & { isUtf8: boolean }>({
    exit: exitCode.notFound,
    summary: "The file of the component does not exist, or cannot be found because its name is not UTF-8.",
    message: ({ file, isUtf8 }) => {
      if (isUtf8) return `there is no file '${file}'`;
      const whose = file.includes("\uFFFD") ? "its name" : "the name of the working directory";
      return `cannot find '${file}': ${whose} holds bytes that are no UTF-8`;
    },
    hint: (p) => (p.isUtf8 ? undefined : "Rename it, or make a link to it by a name in UTF-8."),
  }),
  E_COMPONENT_READ: rule<Rejected>({
    exit: exitCode.io,
    summary: "The system refused to read the file of the component.",
    message: (p) => `cannot read '${p.file}': ${p.reason}`,
  }),
  E_COMPONENT_KIND: rule<InFile & { found: string; way?: string }>({
    exit,
    summary: "The file is something else than a component: a core module, a text, a program of another kind.",
    message: (p) => `'${p.file}' is not a component: it is ${p.found}`,
    hint: (p) => p.way,
  }),
  E_COMPONENT_MALFORMED: rule<Rejected>({
    exit,
    summary: "The file begins like a component, but its binary format is broken.",
    message: (p) => `cannot decode '${p.file}': ${p.reason}`,
    hint: () => "Build or download it again: it was cut off or damaged, or made for another version of the format.",
  }),
  E_COMPONENT_INVALID: rule<Rejected>({
    exit,
    summary: "The component can be read, but breaks a rule of validation.",
    message: (p) => `'${p.file}' is not a valid component: ${p.reason}`,
    hint: () => "What made it has a bug, or follows another version of the component model.",
  }),
  E_COMPONENT_UNSUPPORTED: rule<Rejected>({
    exit,
    summary: "The component is valid, and needs something that this engine does not have.",
    message: (p) => `cannot run '${p.file}': ${p.reason}`,
  }),
  E_COMPONENT_LINK: rule<InFile & { problems: readonly string[]; text: string }>({
    exit,
    lines: ["text"],
    summary: "The component imports something that the command has nothing for, or that is of another type.",
    message: (p) => `cannot link '${p.file}':${p.text}`,
    hint: () =>
      "The command gives what WASI 0.2 has, with its types, and no flag adds to that: other imports need a host program that gives them.",
    data: (p) => ({ problems: p.problems }),
  }),
  E_COMPONENT_ENTRY: rule<InFile & Callable>({
    exit: exitCode.notFound,
    summary:
      "The component exports no `run` of WASI's command line interface, so there is nothing to run without `--invoke`.",
    message: (p) => `'${p.file}' has no 'wasi:cli/run' to run`,
    hint: ({ known }) =>
      known[0] === undefined
        ? "It exports no function that `--invoke` could call."
        : `Call one of its functions with \`--invoke '${known[0]}(…)'\`: it exports ${listed(known)}.`,
  }),
  E_COMPONENT_TRAP: rule<Trapped>({
    exit: exitCode.failure,
    lines: ["trace"],
    summary: "The program did what ends it at once, such as a panic, a division by zero or an access out of bounds.",
    message: (p) => `'${p.file}' trapped in '${p.func}': ${p.reason}${p.trace}`,
    data: (p) => ({ frames: p.frames }),
  }),
  E_COMPONENT_STACK: rule<InFile>({
    exit: exitCode.budget,
    summary: "The calls of the program stand deeper in each other than the engine's own stack allows.",
    message: (p) => `the stack is exhausted: calls of '${p.file}' stand too deep in each other`,
    hint: () => "It most likely calls itself without an end.",
  }),
  W_RUN_ABSENT: rule<ToldInVain>({
    exit: exitCode.failure,
    summary: "The program failed, and had asked for paths where nothing is: no flag would have given them.",
    message: (p) => `the program asked for what is not there, which may be why it failed: ${askedList(p)}`,
    hint: () => "No flag gives what is not there. Programs also look for much that they can do without.",
    data: ({ asked }) => ({ asked }),
  }),
  W_RUN_KERNEL_FILES: rule<ToldInVain>({
    exit: exitCode.failure,
    summary: "The program failed, and was refused files of the kernel's own (`/proc`, `/sys`), which no flag gives.",
    message: (p) => `the program was refused what is the kernel's own, which may be why it failed: ${askedList(p)}`,
    hint: () => "No flag and no policy grants it: copy what the program needs to a directory, and name that.",
    data: ({ asked }) => ({ asked }),
  }),
  W_RUN_PATH_OUT: rule<{ capability: "read" | "write"; path: string; given: string }>({
    exit: exitCode.failure,
    summary: "The program failed, and was refused a path that leads out of its directory, though to what it was given.",
    message: (p) => `the program was refused '${p.path}', which leads out of the directory that it begins in`,
    hint: (p) => `No flag is needed: what is there was given to the program as '${p.given}'.`,
  }),
  W_RUN_LINK: rule<{ file: string; name: string }>({
    exit: exitCode.failure,
    summary: "The program failed, and was refused a hard link between two directories that it was given.",
    message: (p) =>
      `the program was refused a hard link '${p.name}' to '${p.file}', in another directory that it was given`,
    hint: () =>
      "Hard links are made inside of one directory, and no flag gives one around both by these names: copy the file, or name both ends alike, both from the working directory or both from `/`.",
  }),
  E_RUN_DIRECTORY: rule<{ path: string; reason: string; flag?: string; isKernels?: boolean; isUtf8?: boolean }>({
    exit: exitCode.notFound,
    lines: ["flag"],
    summary: "What `--allow-read` or `--allow-write` names is no directory that can be given to a component.",
    message: (p) => `cannot give '${p.path}' to the program: ${p.reason}`,
    hint: ({ flag, isKernels = false, isUtf8 = true }) => {
      if (!isUtf8) return "Rename it, or make a link to it by a name in UTF-8.";
      if (isKernels) {
        return "It tells and changes what this machine does, and is given to nobody: copy what the program needs to a directory, and name that.";
      }
      return flag === undefined
        ? "Components are given directories: name one that exists."
        : `Components are given directories: \`${shellWord(flag)}\` gives the one that it is in, with all that is there.`;
    },
    fixes: ({ flag }) =>
      flag === undefined ? [] : [{ title: "Give the directory that it is in", kind: "option" as const, text: flag }],
  }),
  E_INVOKE_NAME: rule<InFile & Callable & { name: string }>({
    exit: exitCode.notFound,
    summary: "The component exports no function of the name that `--invoke` gives, or several in different interfaces.",
    message: (p) => `'${p.file}' exports no function '${p.name}'`,
    hint: callHint,
    fixes: (p) => p.nearest.map((name) => ({ title: `Call '${name}'`, kind: "option" as const, text: name })),
  }),
  E_INVOKE_TEXT: rule<{ reason: string }>({
    exit: exitCode.usage,
    summary: "What `--invoke` gives is not a call in WAVE, or its arguments do not fit the types of the function.",
    message: (p) => `cannot use this for \`--invoke\`: ${p.reason}`,
    hint: () => "A call is written as 'name(1, \"two\", [3.5])', with arguments in WAVE.",
  }),
  E_INVOKE_RESULT: rule<{ bytesMax: number }>({
    exit: exitCode.budget,
    summary: "With json or jsonl, the text of what the called function returned is longer than an envelope holds.",
    message: (p) => `the result takes more than ${p.bytesMax} bytes as text, which is what an envelope holds of it`,
    hint: () => "Give it more with `--output`, or print it with `--format text`, which takes results of any length.",
  }),
  E_INVOKE_TYPE: rule<{ name: string; type: string }>({
    exit,
    summary: "The function takes or returns resources, streams or futures, which no text stands for.",
    message: (p) => `cannot call '${p.name}' from a command line: its type is ${p.type}`,
    hint: () => "Call it from a program, by the library.",
  }),
  E_BENCH_EXIT: rule<InFile & { func: string; status: number }>({
    exit: exitCode.failure,
    summary: "The function that `isorun bench` calls ends the program, so that there is nothing to call again.",
    message: (p) => `'${p.func}' ended '${p.file}' with ${p.status}, and cannot be called again`,
    hint: () => "Time a function that returns, with `--invoke`.",
  }),
  E_BENCH_ROUNDS: rule<{ value: string }>({
    exit: exitCode.usage,
    summary: "The number of rounds is not a whole number from 1 to 100000.",
    message: (p) => `cannot use '${p.value}' for \`--rounds\``,
    hint: () => "Give a whole number from 1 to 100000.",
  }),
};
