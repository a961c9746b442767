import { afterEach, describe, expect, it } from "vitest";
import { text } from "../text";
import { belongsTo, handleKey } from "./handler";
import { chordOf, chordsOf, isSingle, KEY_IDS, KEYS, remap, switchSingles } from "./registry";

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  chordOf({ key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

afterEach(() => localStorage.clear());

describe("chords", () => {
  it("are written one way", () => {
    expect(press("k", { ctrlKey: true })).toBe("Ctrl+K");
    expect(press("p", { altKey: true })).toBe("Alt+P");
    expect(press("π", { altKey: true, code: "KeyP" })).toBe("Alt+P");
    expect(press("R", { shiftKey: true })).toBe("Shift+R");
    expect(press("?", { shiftKey: true })).toBe("?");
    expect(press("Enter", { ctrlKey: true })).toBe("Ctrl+Enter");
  });
  it("leave AltGr and modifiers alone", () => {
    expect(press("@", { ctrlKey: true, altKey: true })).toBeNull();
    expect(press("Shift", { shiftKey: true })).toBeNull();
  });
});

describe("the table", () => {
  it("names every key in the catalogue", () => {
    for (const id of KEY_IDS) expect(text.keys[id], id).toBeTruthy();
  });
  it("uses no Alt+digit and no Ctrl+Alt, which browsers and keyboards need", () => {
    for (const id of KEY_IDS)
      for (const chord of KEYS[id].chords) {
        expect(chord).not.toMatch(/Alt\+\d/);
        expect(chord).not.toMatch(/Ctrl\+Alt/);
      }
  });
  it("gives one chord one meaning among what is on screen together", () => {
    const together = [
      ["everywhere", "station", "page"],
      ["everywhere", "search", "page"],
      ["everywhere", "assemble"],
    ];
    for (const groups of together) {
      const chords = KEY_IDS.filter((id) => groups.includes(KEYS[id].group)).flatMap((id) => KEYS[id].chords);
      expect(new Set(chords).size).toBe(chords.length);
    }
  });
  it("gives a single letter another character", () => {
    remap("rotateRight", "t");
    expect(chordsOf("rotateRight")).toEqual(["t"]);
    remap("rotateRight", null);
    expect(chordsOf("rotateRight")).toEqual(["r"]);
  });
});

describe("what an element keeps for itself", () => {
  it("is letters in inputs, Enter on buttons, both in an open list", () => {
    const input = document.createElement("input");
    expect(belongsTo(input, "r")).toBe(true);
    expect(belongsTo(input, "Alt+P")).toBe(false);
    expect(belongsTo(input, "Enter")).toBe(false);
    expect(belongsTo(document.createElement("button"), "Enter")).toBe(true);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "true");
    expect(belongsTo(input, "Enter")).toBe(true);
  });
  it("single letters can be switched off", () => {
    switchSingles(false);
    expect(isSingle("r")).toBe(true);
    const event = new KeyboardEvent("keydown", { key: "r", cancelable: true });
    handleKey(event);
    expect(event.defaultPrevented).toBe(false);
  });
});
