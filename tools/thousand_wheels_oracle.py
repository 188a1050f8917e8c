"""The peer of thousand-wheels.ts: downloads and installs single wheels with pip, one after the other in one process.

Reads lines `<requirement>\t<directory>`; for each, puts the wheel into `<directory>/whl` and what pip makes of it
into `<directory>/prefix`, and answers with one line of JSON: the wheel's file name, or what pip said.
"""

import contextlib
import io
import json
import os
import sys
import sysconfig

from pip._internal.cli.main import main as pip


def run(arguments):
    """pip's exit code and all that it printed."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        code = pip(arguments)
    return code, output.getvalue()


def install(requirement, directory):
    wheels = os.path.join(directory, "whl")
    common = ["--no-deps", "--disable-pip-version-check", "--quiet", "--quiet"]
    code, said = run(["download", *common, "--only-binary", ":all:", "--no-cache-dir", "--dest", wheels, requirement])
    if code != 0:
        return {"error": "no wheel for this interpreter", "said": said}
    name = os.listdir(wheels)[0]
    prefix = os.path.join(directory, "prefix")
    options = ["--no-compile", "--no-index", "--ignore-installed", "--no-warn-script-location", "--prefix", prefix]
    code, said = run(["install", *common, *options, os.path.join(wheels, name)])
    site = sysconfig.get_path("purelib", vars={"base": prefix})
    return {"file": name, "site": site} if code == 0 else {"file": name, "error": "pip refuses it", "said": said}


for line in sys.stdin:
    requirement, directory = line.rstrip("\n").split("\t")
    print(json.dumps(install(requirement, directory)), flush=True)
