"""Makes empty wheels: {"directory", "wheels": [[name, version, tag], …]} as JSON in. For asking uv what it would take."""

import json
import sys
import zipfile

question = json.load(sys.stdin)
for name, version, tag in question["wheels"]:
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(f"{question['directory']}/{name}-{version}-{tag}.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr(f"{info}/RECORD", "")
