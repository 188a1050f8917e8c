"""Counts the words of the files in `in` and writes `out/words.json`, as any script would: open, os and json.

Both are in the working directory, or in the one that the variable ROOT names.
"""

import collections
import json
import os
import re

from wit_world import exports


class Run(exports.Run):
    def run(self) -> None:
        counts = collections.Counter()
        root = os.environ.get("ROOT", "")
        folder = os.path.join(root, "in")
        names = sorted(os.listdir(folder))
        for name in names:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                counts.update(re.findall(r"\w+", file.read().lower()))
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        with open(os.path.join(root, "out/words.json"), "w", encoding="utf-8") as file:
            json.dump(ranked, file, ensure_ascii=False)
        print(f"{len(names)} files, {len(counts)} words")
