import { describe, expect, it } from "vitest";
import source from "../../../src/chart/lot.rs?raw";
import { text } from "../text";
import { DEFECT_CLASSES, DEFECTS, isReturned } from "./defects";

describe("the kinds of defects", () => {
  it("are those that the server knows, in its classes", () => {
    const rows = [...source.matchAll(/^ {4}\w+ = "([a-z-]+)", (\w+);$/gm)];
    const known = rows.map(([, name, kind]) => `${kind?.toLowerCase()} ${name}`);
    expect(known.length).toBeGreaterThan(10);
    expect(DEFECT_CLASSES.flatMap((kind) => DEFECTS[kind].map((name) => `${kind} ${name}`))).toEqual(known);
  });

  it("each have words", () => {
    for (const kind of DEFECT_CLASSES)
      for (const defect of DEFECTS[kind]) expect(text.lots.defects[defect]).toBeTruthy();
  });

  it("return a document from the major ones on", () => {
    expect([isReturned([]), isReturned(["skew"]), isReturned(["skew", "cropped"]), isReturned(["unreadable"])]).toEqual(
      [false, false, true, true],
    );
  });
});
