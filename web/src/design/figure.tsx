/** A figure with its name and what it means. */
import type { ReactNode } from "react";
import style from "./figure.module.css";
import { classes } from "./parts";

export function Figures({ children }: { children: ReactNode }) {
  return <div className={style.figures}>{children}</div>;
}

export function Figure(props: {
  label: string;
  value: ReactNode;
  note?: ReactNode;
  tone?: "ok" | "check" | "verify" | undefined;
}) {
  return (
    <div className={style.figure}>
      <span className={style.label}>{props.label}</span>
      <strong className={style.value}>{props.value}</strong>
      {props.note && <span className={classes(style.note, props.tone && style[props.tone])}>{props.note}</span>}
    </div>
  );
}

/** A bar that shows a part of a whole, with the words that say the same. */
export function Meter({ value, of, label }: { value: number; of: number; label: string }) {
  return (
    <meter
      className={style.meter}
      min={0}
      max={Math.max(1, of)}
      value={Math.min(value, Math.max(1, of))}
      aria-label={label}
      title={label}
    />
  );
}
