/**
 * The open descriptors that whoever started us has handed down: `<(…)` of a shell, `7<file`, sockets of a service
 * manager, pipes of a make jobserver. On Linux the runtime marks all from 4 up close-on-exec before any of our code
 * runs; the program that takes our place is to find them open (core/execve.ts clears the mark).
 *
 * In: the descriptors of this process as /proc shows them, at a moment when we have none open. Out: the numbers of
 * those that are not the runtime's own, which are an epoll and what is registered with it. An epoll that was handed
 * down cannot be told from the runtime's: it is left as it is, closed from 4 up, and so is an eventfd that is
 * registered with it. Other systems need none of this: there the runtime marks nothing.
 */

export interface ProcessFiles {
  /** The names in a directory; none where it cannot be read. */
  readonly list: (path: string) => readonly string[];
  /** Undefined where there is no such link. */
  readonly readLink: (path: string) => string | undefined;
  readonly readText: (path: string) => string | undefined;
  /** Of what a path leads to, as stat(2) tells it; 0 where it cannot be seen. */
  readonly size: (path: string) => number;
}

const directory = "/proc/self/fd";
const standardLast = 2;
/** The standard streams, which are always open here, and the runtime's epoll and eventfd. */
const openAtLeast = 5;

/** Ascending, without the standard streams. To be asked before anything of ours is open. */
export function inheritedDescriptors(files: ProcessFiles): readonly number[] {
  // The commonest case, on the warm path of a run. Since Linux 6.2 the size of the directory is how many are open.
  const count = files.size(directory);
  if (count > 0 && count <= openAtLeast) return [];
  const numbers = files.list(directory).map(Number);
  const open = numbers.filter((number) => number > standardLast).sort((a, b) => a - b);
  // What the list itself was read by is closed by now, and leads nowhere.
  const links = new Map(open.map((number) => [number, files.readLink(`${directory}/${number}`)]));
  const polls = open.filter((number) => links.get(number) === "anon_inode:[eventpoll]");
  const registered = new Set(polls.flatMap((number) => registeredWith(number, files)));
  return open.filter((number) => {
    const link = links.get(number);
    if (link === undefined || polls.includes(number)) return false;
    const isEventSource = /^anon_inode:.(?:event|timer)fd.$/.test(link);
    // Where the kernel does not list what is registered, all that could be the runtime's is taken for its own.
    return !isEventSource || (registered.size > 0 && !registered.has(number));
  });
}

/** `tfd` of proc_pid_fdinfo(5). */
function registeredWith(poll: number, files: ProcessFiles): readonly number[] {
  const text = files.readText(`/proc/self/fdinfo/${poll}`) ?? "";
  return [...text.matchAll(/^tfd:\s*(\d+)/gm)].map(([, number]) => Number(number));
}
