/**
 * What an interpreter is asked, once: a program for `python -I -S -c`, that prints one line of JSON. It runs on every
 * Python from 2.7 on as far as saying its version, so that an old one is recognised instead of called broken.
 *
 * glibc's version comes from `confstr`; on musl the loader named by the executable's PT_INTERP prints its version when
 * run without arguments (the way that PEP 656 names). Paths are asked of the scheme of virtual environments, with
 * a placeholder as base, so that they are relative to any prefix.
 */
export const probeScript = String.raw`
import sys
import json
version = "%d.%d.%d" % tuple(sys.version_info[:3])
if sys.version_info[3] != "final":
    version += {"alpha": "a", "beta": "b", "candidate": "rc"}[sys.version_info[3]] + str(sys.version_info[4])
if sys.version_info < (3, 9):
    print(json.dumps({"version": version, "old": True}))
    sys.exit(0)
import os
import platform
import struct
import sysconfig


def elf_interpreter(path):
    with open(path, "rb") as f:
        head = f.read(64)
        if head[:4] != b"\x7fELF":
            return None
        order = "<" if head[5] == 1 else ">"
        wide = head[4] == 2
        offset, = struct.unpack_from(order + ("Q" if wide else "I"), head, 32 if wide else 28)
        size, count = struct.unpack_from(order + "HH", head, 54 if wide else 42)
        for i in range(count):
            f.seek(offset + i * size)
            entry = f.read(size)
            if struct.unpack_from(order + "I", entry)[0] == 3:
                start, = struct.unpack_from(order + ("Q" if wide else "I"), entry, 8 if wide else 4)
                length, = struct.unpack_from(order + ("Q" if wide else "I"), entry, 32 if wide else 16)
                f.seek(start)
                return os.fsdecode(f.read(length).rstrip(b"\0"))
    return None


def musl_version():
    loader = elf_interpreter(sys.executable)
    if loader is None or "musl" not in loader:
        return None
    import subprocess
    text = subprocess.run([loader], stderr=subprocess.PIPE, universal_newlines=True).stderr
    for line in text.splitlines():
        if line.startswith("Version "):
            return [int(part) for part in line[8:].split(".")[:2]]
    return None


def libc():
    try:
        name, number = os.confstr("CS_GNU_LIBC_VERSION").split()
        if name == "glibc":
            return {"kind": "manylinux", "glibc": [int(part) for part in number.split(".")[:2]]}
    except (AttributeError, OSError, ValueError):
        pass
    found = musl_version()
    return None if found is None else {"kind": "musllinux", "musl": found}


def target():
    tag = sysconfig.get_platform()
    arch = tag.rsplit("-", 1)[-1]
    if sys.platform == "linux":
        if struct.calcsize("P") == 4:
            arch = {"x86_64": "i686", "aarch64": "armv8l"}.get(arch, arch)
        found = libc()
        return None if found is None else dict(found, arch=arch)
    if sys.platform == "darwin":
        release = [int(part) for part in platform.mac_ver()[0].split(".")[:2]]
        return {"kind": "macos", "version": (release + [0])[:2], "arch": platform.machine()}
    if sys.platform == "win32":
        return {"kind": "windows", "arch": {"win32": "x86", "win-amd64": "AMD64", "win-arm64": "ARM64"}.get(tag, tag)}
    return None


def scheme():
    names = sysconfig.get_scheme_names()
    name = "venv" if "venv" in names else ("nt" if os.name == "nt" else "posix_prefix")
    base = "/@base@"
    values = {"base": base, "platbase": base, "installed_base": base, "installed_platbase": base}
    paths = sysconfig.get_paths(name, values)
    def relative(key):
        return paths[key].replace("\\", "/").replace(base, "", 1).lstrip("/")
    include = "include/site/python%d.%d" % sys.version_info[:2] if os.name != "nt" else "Include"
    found = {key: relative(key) for key in ("purelib", "platlib", "scripts", "data")}
    found["include"] = include
    return found


info = sys.implementation.version
implementation_version = "%d.%d.%d" % info[:3]
if info.releaselevel != "final":
    implementation_version += info.releaselevel[0] + str(info.serial)
config = sysconfig.get_config_var
print(json.dumps({
    "version": version,
    "implementation": sys.implementation.name,
    "executable": getattr(sys, "_base_executable", None) or sys.executable,
    "soabi": config("SOABI") or "",
    "cache_tag": sys.implementation.cache_tag or "",
    "free_threaded": bool(config("Py_GIL_DISABLED")),
    "debug": bool(config("Py_DEBUG")) or hasattr(sys, "gettotalrefcount"),
    "base_prefix": sys.base_prefix,
    "stdlib": sysconfig.get_path("stdlib"),
    "scheme": scheme(),
    "target": target(),
    "markers": {
        "implementation_name": sys.implementation.name,
        "implementation_version": implementation_version,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "platform_python_implementation": platform.python_implementation(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    },
}))
`;
