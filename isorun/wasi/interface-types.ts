/** What the system components serve, as WASI 0.2 states it: a component that asks for other types is not linked. */

import { InterfaceTypes } from "../runtime/interface-types.ts";
import type { Linker } from "../runtime/linker.ts";
import type { InstanceType } from "../types/component-types.ts";
import { filesystemWit } from "./filesystem-wit.ts";
import { wasiName, wasiVersion } from "./wasi-name.ts";

const io = `
  interface error {
    resource error { to-debug-string: func() -> string; }
  }
  interface poll {
    resource pollable { ready: func() -> bool; block: func(); }
    poll: func(in: list<borrow<pollable>>) -> list<u32>;
  }
  interface streams {
    use error.{error};
    use poll.{pollable};
    variant stream-error { last-operation-failed(error), closed }
    resource input-stream {
      read: func(len: u64) -> result<list<u8>, stream-error>;
      blocking-read: func(len: u64) -> result<list<u8>, stream-error>;
      skip: func(len: u64) -> result<u64, stream-error>;
      blocking-skip: func(len: u64) -> result<u64, stream-error>;
      subscribe: func() -> pollable;
    }
    resource output-stream {
      check-write: func() -> result<u64, stream-error>;
      write: func(contents: list<u8>) -> result<_, stream-error>;
      blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
      flush: func() -> result<_, stream-error>;
      blocking-flush: func() -> result<_, stream-error>;
      subscribe: func() -> pollable;
      write-zeroes: func(len: u64) -> result<_, stream-error>;
      blocking-write-zeroes-and-flush: func(len: u64) -> result<_, stream-error>;
      splice: func(src: borrow<input-stream>, len: u64) -> result<u64, stream-error>;
      blocking-splice: func(src: borrow<input-stream>, len: u64) -> result<u64, stream-error>;
    }
  }`;

const clocks = `
  interface wall-clock {
    record datetime { seconds: u64, nanoseconds: u32 }
    now: func() -> datetime;
    resolution: func() -> datetime;
  }
  interface monotonic-clock {
    use wasi:io/poll.{pollable};
    type instant = u64;
    type duration = u64;
    now: func() -> instant;
    resolution: func() -> duration;
    subscribe-instant: func(when: instant) -> pollable;
    subscribe-duration: func(when: duration) -> pollable;
  }`;

const random = `
  interface random {
    get-random-bytes: func(len: u64) -> list<u8>;
    get-random-u64: func() -> u64;
  }
  interface insecure {
    get-insecure-random-bytes: func(len: u64) -> list<u8>;
    get-insecure-random-u64: func() -> u64;
  }
  interface insecure-seed {
    insecure-seed: func() -> tuple<u64, u64>;
  }`;

const cli = `
  interface environment {
    get-environment: func() -> list<tuple<string, string>>;
    get-arguments: func() -> list<string>;
    initial-cwd: func() -> option<string>;
  }
  interface exit {
    exit: func(status: result);
    exit-with-code: func(status-code: u8);
  }
  interface stdin { use wasi:io/streams.{input-stream}; get-stdin: func() -> input-stream; }
  interface stdout { use wasi:io/streams.{output-stream}; get-stdout: func() -> output-stream; }
  interface stderr { use wasi:io/streams.{output-stream}; get-stderr: func() -> output-stream; }
  interface terminal-input { resource terminal-input; }
  interface terminal-output { resource terminal-output; }
  interface terminal-stdin {
    use terminal-input.{terminal-input};
    get-terminal-stdin: func() -> option<terminal-input>;
  }
  interface terminal-stdout {
    use terminal-output.{terminal-output};
    get-terminal-stdout: func() -> option<terminal-output>;
  }
  interface terminal-stderr {
    use terminal-output.{terminal-output};
    get-terminal-stderr: func() -> option<terminal-output>;
  }`;

const packages = { io, clocks, random, cli, filesystem: filesystemWit };

const types = new InterfaceTypes(
  ...Object.entries(packages).map(([name, text]) => `package wasi:${name}@${wasiVersion};${text}`),
);

/** Under its name in WASI 0.2, with its types. @param name `pkg/iface` */
export function installInterface(linker: Linker, name: string, define: (linker: Linker) => void): void {
  linker.instance(wasiName(name), define, types);
}

/** Undefined for what no system component serves. @param name `pkg/iface` */
export const statedInterface = (name: string): InstanceType | undefined => types.of(wasiName(name));
