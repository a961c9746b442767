/** The pages of something that is only read. */
import { useRef, useState } from "react";
import type { StationPage } from "../api/types";
import { useTitle } from "../design/parts";
import { useKeys } from "../keys/handler";
import { text } from "../text";
import { PageViewer, type ViewerControls } from "../viewer/page-viewer";
import { Thumbnail } from "../viewer/thumbnail";
import style from "./record.module.css";

export function PagesView({ title, pages }: { title: string; pages: StationPage[] }) {
  useTitle(title);
  const [at, setAt] = useState(0);
  const controls = useRef<ViewerControls>(null);
  const page = pages[at] ?? null;
  const go = (by: number) => setAt((now) => Math.max(0, Math.min(pages.length - 1, now + by)));
  useKeys({
    previousPage: () => go(-1),
    nextPage: () => go(1),
    fit: () => controls.current?.toggleFit(),
    zoomIn: () => controls.current?.zoom(1.3),
    zoomOut: () => controls.current?.zoom(1 / 1.3),
  });
  return (
    <>
      <ol className={style.thumbs} aria-label={text.station.pages}>
        {pages.map((each, index) => (
          <li key={each.page}>
            <button
              type="button"
              className={style.thumb}
              aria-current={index === at ? "true" : undefined}
              onClick={() => setAt(index)}
            >
              <Thumbnail page={{ ...each, turn: each.turn ?? 0 }} label={text.viewer.thumbnail(each.position)} />
              <span>{each.position}</span>
            </button>
          </li>
        ))}
      </ol>
      <PageViewer
        page={page && { ...page, turn: page.turn ?? 0 }}
        ahead={[pages[at + 1], pages[at - 1]].flatMap((each) => (each ? [{ ...each, turn: each.turn ?? 0 }] : []))}
        label={page ? text.viewer.page(page.position, pages.length) : text.viewer.nothing}
        controls={controls}
      />
    </>
  );
}
