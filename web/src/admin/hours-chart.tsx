/** Pages read per hour. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../app/theme";
import { text } from "../text";

export default function HoursChart({ hours }: { hours: { hour: string; pages: number }[] }) {
  const place = useRef<HTMLDivElement>(null);
  const theme = useTheme();
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
        scales: { y: { range: (_, __, high) => [0, Math.max(5, high * 1.1)] } },
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
        axes: [{ ...axis, values: "{DD} {MMM} {HH}:00" as unknown as uPlot.Axis.Values }, axis],
      },
      [hours.map((each) => new Date(each.hour).getTime() / 1000), hours.map((each) => each.pages)],
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
