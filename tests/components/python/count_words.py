"""Counts the words of the files in ./in and writes ./out/words.json, as any script would: open, os and json."""

import collections
import json
import os
import re

from wit_world import exports


class Run(exports.Run):
    def run(self) -> None:
        counts = collections.Counter()
        names = sorted(os.listdir("in"))
        for name in names:
            with open(os.path.join("in", name), encoding="utf-8") as file:
                counts.update(re.findall(r"\w+", file.read().lower()))
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        with open("out/words.json", "w", encoding="utf-8") as file:
            json.dump(ranked, file, ensure_ascii=False)
        print(f"{len(names)} files, {len(counts)} words")
