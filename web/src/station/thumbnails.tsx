/** The document's pages in small, with where it might be split. */
import { Link } from "@tanstack/react-router";
import { EyeOff, Scissors, TriangleAlert } from "lucide-react";
import type { Station } from "../api/types";
import { classes } from "../design/parts";
import { text } from "../text";
import { Thumbnail } from "../viewer/thumbnail";
import style from "./station.module.css";

export function Thumbnails(props: { station: Station; current: number | null; onChoose(position: number): void }) {
  const { station, current } = props;
  return (
    <ol className={style.thumbnails} aria-label={text.station.pages}>
      {station.pages.map((page) => (
        <li key={page.page}>
          <button
            type="button"
            className={classes(
              style.thumb,
              page.position === current && style.thumbHere,
              page.hidden && style.thumbHidden,
            )}
            aria-current={page.position === current ? "true" : undefined}
            onClick={() => props.onChoose(page.position)}
          >
            <Thumbnail page={page} label={text.viewer.thumbnail(page.position)} />
            <span className={style.thumbFoot}>
              {page.position}
              {page.hidden && <EyeOff size={14} aria-label={text.viewer.hidden} />}
              {!page.reliable && <TriangleAlert size={14} aria-label={text.viewer.unreliable} className={style.warn} />}
            </span>
          </button>
          {station.splits_suggested?.includes(page.position) && (
            <Link to="/assemble/$document" params={{ document: station.id }} className={style.splitHere}>
              <Scissors size={12} aria-hidden="true" /> {text.station.suggestedSplit}
            </Link>
          )}
        </li>
      ))}
    </ol>
  );
}
