/** What is drawn on a page: fields by how sure they are, doubtful words, hits of a search. Never by colour alone. */
import type { Level, Rect } from "../api/types";
import style from "./marks.module.css";

export interface FieldMark {
  name: string;
  rect: Rect;
  level: Level | "confirmed";
  active: boolean;
}

export function FieldMarks({ marks }: { marks: FieldMark[] }) {
  return (
    <>
      {marks.map(({ name, rect, level, active }) => {
        // The thick line of the one in question stays clear of its word, also where words are small.
        const pad = active ? Math.max(7, rect.height * 0.35) : Math.max(3, rect.height * 0.14);
        const box = {
          x: rect.left - pad,
          y: rect.top - pad,
          width: rect.width + 2 * pad,
          height: rect.height + 2 * pad,
        };
        return (
          <g
            key={name}
            className={`${style.field} ${style[level]} ${active ? style.active : ""}`}
            data-mark={name}
            data-level={level}
          >
            <rect {...box} rx={Math.min(pad, 8)} />
            {level === "verify" && (
              <path
                className={style.zigzag}
                d={zigzag(box.x, box.y + box.height, box.width, Math.max(4, rect.height * 0.16))}
              />
            )}
            {(level === "confirmed" || level === "confident") && (
              <path className={style.tick} d={tick(box.x + box.width, box.y, rect.height)} />
            )}
          </g>
        );
      })}
    </>
  );
}

export function DoubtfulWords({ rects }: { rects: Rect[] }) {
  return (
    <>
      {rects.map((rect) => (
        <path
          key={`${rect.left}.${rect.top}`}
          className={style.doubtful}
          data-mark="word"
          d={`M${rect.left} ${rect.top + rect.height + 2}h${rect.width}`}
        />
      ))}
    </>
  );
}

export function HitMarks({ rects, current }: { rects: Rect[]; current?: number }) {
  return (
    <>
      {rects.map((rect, index) => {
        const pad = Math.max(3, rect.height * (index === current ? 0.25 : 0.12));
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: hits do not move
            key={index}
            className={index === current ? `${style.hit} ${style.currentHit}` : style.hit}
            data-mark="hit"
            x={rect.left - pad}
            y={rect.top - pad}
            width={rect.width + 2 * pad}
            height={rect.height + 2 * pad}
            rx={pad}
          />
        );
      })}
    </>
  );
}

function zigzag(x: number, y: number, width: number, step: number): string {
  const teeth = Math.max(2, Math.round(width / (step * 2)));
  const half = width / teeth / 2;
  return `M${x} ${y + step}${Array.from({ length: teeth }, () => `l${half} ${step * 0.8}l${half} ${-step * 0.8}`).join("")}`;
}

function tick(right: number, top: number, height: number): string {
  const size = Math.max(8, height * 0.45);
  return `M${right - size * 0.5} ${top}l${size * 0.3} ${size * 0.32}l${size * 0.5} ${-size * 0.62}`;
}
