/** Documents accepted per day. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../app/theme";
import { text } from "../text";
import type { Day } from "./dashboard-screen";

export default function DaysChart({ days }: { days: Day[] }) {
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
          { label: text.dashboard.day, value: "{YYYY}-{MM}-{DD}" },
          {
            label: text.dashboard.acceptedSeries,
            stroke: colour("--accent"),
            width: 2,
            fill: colour("--accent-soft"),
            points: { show: days.length < 40 },
          },
          {
            label: text.dashboard.rejectedSeries,
            stroke: colour("--verify"),
            width: 2,
            dash: [6, 4],
            points: { show: false },
          },
        ],
        axes: [{ ...axis, values: "{DD} {MMM}" as unknown as uPlot.Axis.Values }, axis],
      },
      [
        days.map((each) => new Date(`${each.day}T12:00:00Z`).getTime() / 1000),
        days.map((each) => each.accepted),
        days.map((each) => each.rejected ?? 0),
      ],
      element,
    );
    const watch = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: 240 }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [days, theme]);
  return <div ref={place} role="img" aria-label={text.dashboard.days} />;
}
