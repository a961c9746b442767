import { describe, expect, it } from "vitest";
import { everyHour } from "./hours-chart";

describe("the hours of the dashboard", () => {
  const noon = Date.parse("2026-03-10T12:20:00Z") / 1000;

  it("fill a day, and hours without pages count 0", () => {
    const [hours, pages] = everyHour([{ hour: "2026-03-10T10:00:00Z", pages: 32 }], noon);
    expect(hours).toHaveLength(24);
    expect(new Date((hours.at(-1) ?? 0) * 1000).toISOString()).toBe("2026-03-10T12:00:00.000Z");
    expect(pages.slice(-3)).toEqual([32, 0, 0]);
  });

  it("reach back as far as the figures do", () => {
    const [hours, pages] = everyHour([{ hour: "2026-03-08T12:00:00Z", pages: 5 }], noon);
    expect(hours).toHaveLength(49);
    expect(pages[0]).toBe(5);
  });
});
