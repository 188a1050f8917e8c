import { describe, expect, test } from "bun:test";
import { placesOf } from "./paths.ts";

describe("placesOf", () => {
  test("Linux: below HOME unless XDG says otherwise", () => {
    expect(placesOf("linux", {}, "/home/ada")).toEqual({
      cache: "/home/ada/.cache/vivarium",
      data: "/home/ada/.local/share/vivarium",
      config: "/home/ada/.config/vivarium",
    });
    const xdg = { XDG_CACHE_HOME: "/c", XDG_DATA_HOME: "/d", XDG_CONFIG_HOME: "/e" };
    expect(placesOf("linux", xdg, "/home/ada")).toEqual({
      cache: "/c/vivarium",
      data: "/d/vivarium",
      config: "/e/vivarium",
    });
  });

  test("Linux: empty and relative XDG paths are ignored, as their specification says", () => {
    const odd = { XDG_CACHE_HOME: "", XDG_DATA_HOME: "relative/data" };
    expect(placesOf("linux", odd, "/h")).toEqual(placesOf("linux", {}, "/h"));
  });

  test("a relative VIVARIUM_HOME is refused: E_HOME_RELATIVE", () => {
    for (const platform of ["linux", "darwin", "win32"] as const) {
      expect(() => placesOf(platform, { VIVARIUM_HOME: "relative" }, "/h")).toThrow("E_HOME_RELATIVE");
    }
    expect(placesOf("linux", { VIVARIUM_HOME: "/own" }, "/h").cache).toBe("/own/cache");
  });

  test("a relative home is refused where something would be below it: E_HOME_RELATIVE", () => {
    for (const platform of ["linux", "darwin", "win32"] as const) {
      expect(() => placesOf(platform, {}, "relative")).toThrow("E_HOME_RELATIVE");
      expect(placesOf(platform, { VIVARIUM_HOME: platform === "win32" ? "C:\\v" : "/v" }, "relative").cache).toEndWith(
        "cache",
      );
    }
    const xdg = { XDG_CACHE_HOME: "/c", XDG_DATA_HOME: "/d", XDG_CONFIG_HOME: "/e" };
    expect(placesOf("linux", xdg, "relative").cache).toBe("/c/vivarium");
  });

  test("macOS: below Library, whatever XDG says", () => {
    expect(placesOf("darwin", { XDG_CACHE_HOME: "/c" }, "/Users/ada")).toEqual({
      cache: "/Users/ada/Library/Caches/vivarium",
      data: "/Users/ada/Library/Application Support/vivarium",
      config: "/Users/ada/Library/Application Support/vivarium/config",
    });
  });

  test("Windows: below LOCALAPPDATA, or where it usually is", () => {
    const expected = {
      cache: "D:\\Local\\Vivarium\\Cache",
      data: "D:\\Local\\Vivarium\\Data",
      config: "D:\\Local\\Vivarium\\Config",
    };
    expect(placesOf("win32", { LOCALAPPDATA: "D:\\Local" }, "C:\\Users\\ada")).toEqual(expected);
    expect(placesOf("win32", {}, "C:\\Users\\ada").cache).toBe("C:\\Users\\ada\\AppData\\Local\\Vivarium\\Cache");
  });

  test("VIVARIUM_HOME moves all of them, everywhere; an empty one does not", () => {
    expect(placesOf("linux", { VIVARIUM_HOME: "/v", XDG_CACHE_HOME: "/c" }, "/h")).toEqual({
      cache: "/v/cache",
      data: "/v/data",
      config: "/v/config",
    });
    expect(placesOf("win32", { VIVARIUM_HOME: "D:\\v" }, "C:\\h").data).toBe("D:\\v\\data");
    expect(placesOf("linux", { VIVARIUM_HOME: "" }, "/h")).toEqual(placesOf("linux", {}, "/h"));
  });

  test("bytes that are no UTF-8 would be another place: E_HOME_ENCODING", () => {
    for (const variable of ["VIVARIUM_HOME", "XDG_CACHE_HOME"]) {
      const ask = () => placesOf("linux", { [variable]: "/x/\uFFFD\uFFFD" }, "/h");
      expect(ask).toThrow(
        expect.objectContaining({ code: "E_HOME_ENCODING", params: { variable, value: "/x/\uFFFD\uFFFD" } }),
      );
    }
  });
});
