/** Run where mounting does no harm, with a directory: mounts the kernel's files in it, and says what a guest gets. */
import { join } from "node:path";
import { probeOf } from "../../../tests/components/wasi/filesystem-probe.ts";
import { WasiDir } from "../dir.ts";

const [folder = ""] = process.argv.slice(2);

function mount(source: string, name: string): void {
  const { success } = Bun.spawnSync(["mount", "--rbind", source, join(folder, name)], { stderr: "inherit" });
  if (!success) throw new Error(`cannot mount ${source}`);
}

mount("/proc", "proc");
mount("/proc/self/environ", "environ");
const { call, err, ok } = await probeOf({ systems: [new WasiDir(folder, { access: "write" })] });
const tried = (path: string): unknown => err("open-at", 1, ["symlink-follow"], path, [], ["read"]);
const told: Record<string, unknown> = {};
for (const path of ["proc/self/environ", "proc", "environ"]) told[path] = tried(path);
const later = ok("open-at", 1, [], "later", [], ["read"]) as number;
call("drop-descriptor", later);
const file = ok("open-at", 1, [], "file", [], ["read"]) as number;
told["before it was mounted"] = ["later", (ok("read", file, 9, 0) as unknown[])[0]];
mount("/proc", "later");
for (const path of ["later/self/environ", "later"]) told[path] = tried(path);
process.stdout.write(JSON.stringify(told));
