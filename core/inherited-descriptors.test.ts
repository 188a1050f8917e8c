import { describe, expect, test } from "bun:test";
import { inheritedDescriptors, type ProcessFiles } from "./inherited-descriptors.ts";

/** A process with these descriptors; `undefined` stands for the one that the list was read by. */
const processWith = (links: Readonly<Record<number, string | undefined>>, registered: string): ProcessFiles => ({
  list: () => Object.keys(links).reverse(),
  readLink: (path) => links[Number(path.split("/").at(-1))],
  readText: () => registered,
  size: () => 0,
});

const standard = { 0: "/dev/null", 1: "pipe:[1]", 2: "pipe:[1]" };
const own = { 3: "anon_inode:[eventpoll]", 4: "anon_inode:[eventfd]" };
const registered = "pos:\t0\nflags:\t02000002\ntfd:        4 events: 80000019 data: 1 pos:0 ino:2a sdev:e\n";

describe("inheritedDescriptors", () => {
  test("leaves out the standard streams, the runtime's own and what the list was read by", () => {
    expect(inheritedDescriptors(processWith({ ...standard, ...own, 5: undefined }, registered))).toEqual([]);
  });

  test("tells files, pipes, sockets and an eventfd that is not the runtime's, ascending", () => {
    const links = { ...standard, ...own, 63: "pipe:[7]", 7: "/etc/hosts", 9: "anon_inode:[eventfd]", 12: "socket:[3]" };
    expect(inheritedDescriptors(processWith(links, registered))).toEqual([7, 9, 12, 63]);
  });

  test("takes every eventfd for the runtime's where the kernel does not list what is registered", () => {
    const links = { ...standard, ...own, 7: "/etc/hosts", 9: "anon_inode:[eventfd]" };
    expect(inheritedDescriptors(processWith(links, "pos:\t0\n"))).toEqual([7]);
  });

  test("looks no closer where only the runtime's own are open, as far as the kernel counts", () => {
    const links = { ...standard, ...own };
    const counting = { ...processWith(links, registered), size: () => 5 };
    expect(inheritedDescriptors({ ...counting, list: () => expect.unreachable() })).toEqual([]);
    const one = { ...processWith({ ...links, 7: "/etc/hosts", 8: undefined }, registered), size: () => 6 };
    expect(inheritedDescriptors(one)).toEqual([7]);
  });

  test("finds nothing where there is no such directory", () => {
    const nothing = { list: () => [], readLink: () => undefined, readText: () => undefined, size: () => 0 };
    expect(inheritedDescriptors(nothing)).toEqual([]);
  });
});
