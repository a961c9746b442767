import { describe, expect, it } from "vitest";
import { moved, splitBefore } from "./arrange";

describe("arranging pages", () => {
  it("splits before a page, never before the first", () => {
    expect(splitBefore([1, 2, 3, 4], 3)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(splitBefore([1, 2], 1)).toEqual([[1, 2]]);
  });
  it("moves a page within the document only, and loses none", () => {
    expect(moved([1, 2, 3], 3, -1)).toEqual([1, 3, 2]);
    expect(moved([1, 2, 3], 1, 2)).toEqual([2, 3, 1]);
    expect(moved([1, 2, 3], 1, -1)).toBeNull();
    expect(moved([1, 2, 3], 3, 1)).toBeNull();
  });
});
