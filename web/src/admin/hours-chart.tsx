/** Pages read per hour. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useShownTheme } from "../app/theme";
import { text } from "../text";

const HOUR = 3600;
/** Hours that are shown at least. */
const FEWEST = 24;

/** Makes the figures of every hour up to now: an hour in which nothing was read counts 0, and a day is shown at least. */
export function everyHour(hours: { hour: string; pages: number }[], now: number): [number[], number[]] {
  const known = new Map(hours.map((each) => [Math.floor(Date.parse(each.hour) / 1000 / HOUR), each.pages]));
  const last = Math.floor(now / HOUR);
  const first = Math.min(last - FEWEST + 1, ...known.keys());
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return [all.map((hour) => hour * HOUR), all.map((hour) => known.get(hour) ?? 0)];
}

export default function HoursChart({ hours }: { hours: { hour: string; pages: number }[] }) {
  const place = useRef<HTMLDivElement>(null);
  const theme = useShownTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read again when the theme changes
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const css = getComputedStyle(document.documentElement);
    const colour = (name: string) => css.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--muted"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line") },
      font: "12px 'Inter Variable'",
    };
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: 240,
        cursor: { y: false },
        padding: [null, 28, null, null],
        // Half an hour more at both ends: the bar of the last hour is whole.
        scales: {
          x: { range: (_, first, last) => [first - HOUR / 2, last + HOUR / 2] },
          y: { range: (_, __, high) => [0, Math.max(5, high * 1.1)] },
        },
        series: [
          { label: text.dashboard.hour, value: "{YYYY}-{MM}-{DD} {HH}:00" },
          {
            label: text.dashboard.pagesSeries,
            stroke: colour("--accent"),
            fill: colour("--accent-soft"),
            width: 2,
            paths: uPlot.paths.bars?.({ size: [0.7, 48] }),
            points: { show: false },
          },
        ],
        axes: [{ ...axis, space: 96, values: "{DD} {MMM} {HH}:00" as unknown as uPlot.Axis.Values }, axis],
      },
      everyHour(hours, Date.now() / 1000),
      element,
    );
    const watch = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: 240 }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [hours, theme]);
  return <div ref={place} role="img" aria-label={text.dashboard.hours} />;
}
