"""Answers questions about versions with PyPA's packaging: {"kind", "cases"} as JSON in, a list of answers out."""

import json
import platform
import sys

from packaging import tags
from packaging.markers import InvalidMarker, Marker, UndefinedComparison
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version


def version(text):
    try:
        v = Version(text)
    except InvalidVersion:
        return None
    return {"text": str(v), "prerelease": v.is_prerelease}


def order(pair):
    a, b = Version(pair[0]), Version(pair[1])
    return (a > b) - (a < b)


def specifiers(text):
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        return None


def contains(case):
    text, candidate, prereleases = case
    return SpecifierSet(text).contains(Version(candidate), prereleases=prereleases)


def meaning(text):
    """The clauses in one spelling; packaging leaves that of wildcards, and sets in the order of the old spelling."""
    clauses = set()
    for clause in SpecifierSet(text):
        if clause.version.endswith(".*"):
            clauses.add((clause.operator, str(Version(clause.version[:-2]))))
        else:
            clauses.add(clause)
    return clauses


def same_specifiers(pair):
    return meaning(pair[0]) == meaning(pair[1])


def requirement(text):
    try:
        r = Requirement(text)
    except InvalidRequirement:
        return None
    return {
        "name": canonicalize_name(r.name),
        "extras": sorted({canonicalize_name(extra) for extra in r.extras}),
        "url": r.url,
        "marker": None if r.marker is None else str(r.marker),
    }


def same_requirement(pair):
    a, b = Requirement(pair[0]), Requirement(pair[1])
    return (meaning(str(a.specifier)), a.url) == (meaning(str(b.specifier)), b.url)


def marker(case):
    text, environment, extra = case
    try:
        return Marker(text).evaluate({**environment, "extra": extra})
    except InvalidMarker:
        return None
    except UndefinedComparison:
        return "undefined"


def name(text):
    return canonicalize_name(text)


def target_tags(case):
    python, abi, platforms = tuple(case["python"]), case["abi"], case["platforms"]
    if platforms is None:
        platforms = list(tags.mac_platforms(tuple(case["version"]), case["arch"]))
    found = list(tags.cpython_tags(python, [abi], platforms))
    found += tags.compatible_tags(python, "cp%d%d" % python, platforms)
    return [str(tag) for tag in found]


def linux_platforms(case):
    from packaging import _manylinux, _musllinux

    archs = case["archs"]
    found = ["linux_" + arch for arch in archs]
    if "glibc" in case:
        _manylinux._get_glibc_version = lambda: tuple(case["glibc"])
        _manylinux._have_compatible_abi = lambda _executable, _archs: case["manylinux"]
        found += _manylinux.platform_tags(archs)
    else:
        _musllinux._get_musl_version = lambda _executable: _musllinux._MuslVersion(*case["musl"])
        found += _musllinux.platform_tags(archs)
    return found


def this_interpreter(_):
    from packaging import _manylinux

    return {
        "tags": list(map(str, tags.sys_tags())),
        "python": sys.version_info[:2],
        "glibc": _manylinux._get_glibc_version(),
        "arch": platform.machine(),
    }


def wheel(filename):
    try:
        found, v, build, tag_set = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return None
    return {"name": found, "version": str(v), "build": list(build), "tags": sorted(map(str, tag_set))}


def sdist(filename):
    try:
        found, v = parse_sdist_filename(filename)
    except InvalidSdistFilename:
        return None
    return {"name": found, "version": str(v)}


def is_archive(ending):
    from pip._internal.utils.filetypes import ARCHIVE_EXTENSIONS

    return ending in ARCHIVE_EXTENSIONS and ending != ".whl"


question = json.load(sys.stdin)
json.dump([globals()[question["kind"]](case) for case in question["cases"]], sys.stdout)
