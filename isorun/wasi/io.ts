/**
 * wasi:io, one for each linker: whoever installs interfaces that use its resources asks here for them, and all that an
 * instance holds of one kind is of one type, whichever system component it came from.
 */
import { TrapError } from "../errors/errors.ts";
import type { HostResource, Linker } from "../runtime/linker.ts";
import { installInterface } from "./interface-types.ts";
import type { IoError } from "./stream-error.ts";
import type { InputStream, OutputStream } from "./streams.ts";
import { type Later, type Pollable, Waits, whenAnyReady } from "./wait.ts";

export interface StreamResources {
  /** Its values are of IoError. */
  readonly error: HostResource;
  readonly inputStream: HostResource;
  readonly outputStream: HostResource;
}

const pollables = new WeakMap<Linker, HostResource>();
const streams = new WeakMap<Linker, StreamResources>();

/** Installs wasi:io/poll, unless it was. @returns `pollable`, whose values are of Pollable */
export function installPoll(linker: Linker): HostResource {
  const known = pollables.get(linker);
  if (known !== undefined) return known;
  let made: HostResource | undefined;
  const waits = new Waits(linker);
  installInterface(linker, "io/poll", (poll) => {
    made = poll.resource("pollable");
    poll
      .func("[method]pollable.ready", (self: Pollable) => self.isReady)
      .func("[method]pollable.block", (self: Pollable) => waits.of(whenAnyReady([self], () => undefined)))
      .func("poll", (list: readonly Pollable[]) => waits.of(pollAll(list)));
  });
  return remember(pollables, linker, made);
}

function pollAll(list: readonly Pollable[]): Later<readonly number[]> {
  if (list.length === 0) throw new TrapError("cannot poll: the list of pollables is empty");
  return whenAnyReady(list, () => {
    const ready: number[] = [];
    for (const [index, { isReady }] of list.entries()) if (isReady) ready.push(index);
    return ready;
  });
}

/** Installs wasi:io/error, poll and streams, unless they were. Values are of IoError, InputStream and OutputStream. */
export function installStreams(linker: Linker): StreamResources {
  const known = streams.get(linker);
  if (known !== undefined) return known;
  installPoll(linker);
  let error: HostResource | undefined;
  installInterface(linker, "io/error", (errors) => {
    error = errors.resource("error");
    errors.func("[method]error.to-debug-string", (self: IoError) => self.message);
  });
  let made: Omit<StreamResources, "error"> | undefined;
  const waits = new Waits(linker);
  installInterface(linker, "io/streams", (inner) => {
    made = { inputStream: defineInput(inner, waits), outputStream: defineOutput(inner, waits) };
  });
  return remember(streams, linker, error && made && { error, ...made });
}

function defineInput(linker: Linker, waits: Waits): HostResource {
  const method = (name: string) => `[method]input-stream.${name}`;
  linker
    .func(method("read"), (self: InputStream, length: bigint) => self.read(length))
    .func(method("blocking-read"), (self: InputStream, length: bigint) => waits.of(self.blockingRead(length)))
    .func(method("skip"), (self: InputStream, length: bigint) => self.skip(length))
    .func(method("blocking-skip"), (self: InputStream, length: bigint) => waits.of(self.blockingSkip(length)))
    .func(method("subscribe"), (self: InputStream): Pollable => self);
  return linker.resource("input-stream", { drop: (stream) => (stream as InputStream)[Symbol.dispose]() });
}

function defineOutput(linker: Linker, waits: Waits): HostResource {
  const method = (name: string) => `[method]output-stream.${name}`;
  linker
    .func(method("check-write"), (self: OutputStream) => self.checkWrite())
    .func(method("write"), (self: OutputStream, bytes: Uint8Array) => self.write(bytes))
    .func(method("blocking-write-and-flush"), (self: OutputStream, bytes: Uint8Array) =>
      waits.of(self.blockingWriteAndFlush(bytes)),
    )
    .func(method("flush"), (self: OutputStream) => self.flush())
    .func(method("blocking-flush"), (self: OutputStream) => waits.of(self.blockingFlush()))
    .func(method("subscribe"), (self: OutputStream): Pollable => self)
    .func(method("write-zeroes"), (self: OutputStream, length: bigint) => self.writeZeroes(length))
    .func(method("blocking-write-zeroes-and-flush"), (self: OutputStream, length: bigint) =>
      waits.of(self.blockingWriteZeroesAndFlush(length)),
    )
    .func(method("splice"), (self: OutputStream, source: InputStream, length: bigint) => self.splice(source, length))
    .func(method("blocking-splice"), (self: OutputStream, source: InputStream, length: bigint) =>
      waits.of(self.blockingSplice(source, length)),
    );
  return linker.resource("output-stream", { drop: (stream) => (stream as OutputStream)[Symbol.dispose]() });
}

function remember<T>(known: WeakMap<Linker, T>, linker: Linker, made: T | undefined): T {
  if (made === undefined) throw new Error("a linker defines an interface before it returns");
  known.set(linker, made);
  return made;
}
