/**
 * File systems in which nothing is a file: by them the kernel tells of processes and devices, and is told what to do. In
 * procfs lie the host's own variables and its memory, and to write the one or to unlink in others changes the machine. So no
 * grant of a directory means them, and they are known by what they are, not by their place: they can be mounted anywhere.
 */
import { errnoOf } from "./error-code.ts";
import { files, pathOf } from "./host-files.ts";

/**
 * Their names by the magic numbers of the kernel (linux/magic.h, and the sources of those that stand beside it). Files that
 * lie in memory (tmpfs, ramfs, hugetlbfs) are files, and devices are refused one by one, since `/dev` is a tmpfs.
 */
const kernelFileSystems: ReadonlyMap<number, string> = new Map([
  [0x9fa0, "proc"],
  [0x62656572, "sysfs"],
  [0x64626720, "debugfs"],
  [0x74726163, "tracefs"],
  [0x73636673, "securityfs"],
  [0xf97cff8c, "selinuxfs"],
  [0x43415d53, "smackfs"],
  [0x5a3c69f0, "apparmorfs"],
  [0x62656570, "configfs"],
  [0xcafe4a11, "bpf"],
  [0x27e0eb, "cgroup"],
  [0x63677270, "cgroup2"],
  [0x7655821, "resctrl"],
  [0xde5e81e4, "efivarfs"],
  [0x6165676c, "pstore"],
  [0x42494e4d, "binfmt_misc"],
  [0x6e736673, "nsfs"],
  [0x50494446, "pidfs"],
  [0x19800202, "mqueue"],
  [0x1cd1, "devpts"],
  [0x65735543, "fusectl"],
  [0x6c6f6f70, "binderfs"],
  [0x6e667364, "nfsd"],
  [0x67596969, "rpc_pipefs"],
  [0x0a647361, "functionfs"],
  [0xaee71ee7, "gadgetfs"],
  [0x6f70726f, "oprofilefs"],
  [0xabba1974, "xenfs"],
  [0x687970, "s390_hypfs"],
  [0x23c9b64e, "spufs"],
  [0x66726f67, "ibmasmfs"],
  [0x76a9f425, "ocfs2_dlmfs"],
  [0x9fa1, "openpromfs"],
  [0x9fa2, "usbdevfs"],
]);

/** Of the major number in `st_dev`. Only what lies on a device has one. */
const majorBits = 0xffff_f000_000f_ff00n;

/** Its name, of what a descriptor stands for, also one that only names it (flags.path); undefined for ordinary files. */
export function kernelFileSystemOf(fd: number, device: bigint): string | undefined {
  return (device & majorBits) === 0n ? fileSystemAt(pathOf(fd)) : undefined;
}

/** As `kernelFileSystemOf`, by a path of the host, whose links are followed; undefined also where nothing is. */
export function kernelFileSystemAt(path: string): string | undefined {
  try {
    return fileSystemAt(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Not every system has its numbers as unsigned ones. */
const fileSystemAt = (path: string): string | undefined => kernelFileSystems.get(files.statfsSync(path).type >>> 0);
