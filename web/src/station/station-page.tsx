/** The page image of the station with fields and doubtful words on it. */
import { useQuery } from "@tanstack/react-query";
import { Eye, EyeOff, Maximize, RotateCw, SquareDashedMousePointer } from "lucide-react";
import type { Ref } from "react";
import { call } from "../api/client";
import type { PageWords, Rect, Station, StationPage } from "../api/types";
import { IconButton } from "../design/parts";
import { text } from "../text";
import { DoubtfulWords, FieldMarks } from "../viewer/marks";
import marks from "../viewer/marks.module.css";
import { PageViewer, type ViewerControls } from "../viewer/page-viewer";
import * as flow from "./flow";
import style from "./station.module.css";

export function wordsQuery(document: string, position: number) {
  return {
    queryKey: ["words", document, position],
    queryFn: () => call<PageWords>("GET", `/documents/${document}/pages/${position}/words`),
    staleTime: 300_000,
  };
}

interface StationPageViewProps {
  station: Station;
  entry: flow.Entry;
  step: string;
  page: StationPage | null;
  ahead: StationPage[];
  controls: Ref<ViewerControls>;
  capturing: boolean;
  onCapture(words: string): void;
  onToggleCapture(): void;
  onFit(): void;
  onTurn(quarters: number): void;
  onHide(): void;
}

export function StationPageView(props: StationPageViewProps) {
  const { station, entry, page, step } = props;
  const words = useQuery({ ...wordsQuery(station.id, page?.position ?? 0), enabled: page !== null });
  const all = words.data?.lines.flat() ?? [];
  const scale = page && words.data ? page.width / words.data.width : 1;
  // For the patient it is the record number that has to be compared.
  const asked = flow.placeOf(station, step)?.name;
  const fields = [...flow.fieldsOf(station), ...(station.kind ? [station.kind] : [])]
    .filter((field) => field.rect && (field.page ?? 1) === page?.position)
    .map((field) => ({
      name: field.name,
      rect: field.rect as Rect,
      level: flow.levelOf(field, entry),
      active: field.name === asked,
    }));
  const take = (lasso: Rect) => {
    const at = { x: (lasso.left + lasso.width / 2) / scale, y: (lasso.top + lasso.height / 2) / scale };
    const point = lasso.width < 4 && lasso.height < 4;
    const chosen = all.filter(({ rect }) =>
      point
        ? inside(at.x, at.y, rect)
        : inside(rect.left + rect.width / 2, rect.top + rect.height / 2, scaled(lasso, 1 / scale)),
    );
    if (chosen.length > 0) props.onCapture(chosen.map((word) => word.text).join(" "));
  };
  return (
    <div className={style.page}>
      <PageViewer
        page={page}
        ahead={props.ahead}
        label={page ? text.viewer.page(page.position, station.pages.length) : text.viewer.nothing}
        capturing={props.capturing}
        onLasso={take}
        controls={props.controls}
        tools={
          <>
            <IconButton label={text.keys.fit} of="fit" onClick={props.onFit} className={style.tool}>
              <Maximize size={18} aria-hidden="true" />
            </IconButton>
            <IconButton
              label={text.keys.rotateRight}
              of="rotateRight"
              onClick={() => props.onTurn(1)}
              className={style.tool}
            >
              <RotateCw size={18} aria-hidden="true" />
            </IconButton>
            <IconButton
              label={page?.hidden ? text.station.show : text.station.hide}
              onClick={props.onHide}
              className={style.tool}
            >
              {page?.hidden ? <Eye size={18} aria-hidden="true" /> : <EyeOff size={18} aria-hidden="true" />}
            </IconButton>
            <IconButton
              label={text.keys.capture}
              of="capture"
              aria-pressed={props.capturing}
              onClick={props.onToggleCapture}
              className={style.tool}
            >
              <SquareDashedMousePointer size={18} aria-hidden="true" />
            </IconButton>
          </>
        }
      >
        {props.capturing &&
          all.map(({ rect, text: word }) => (
            <rect key={`${rect.left}.${rect.top}.${word}`} className={marks.word} {...box(scaled(rect, scale))} />
          ))}
        <DoubtfulWords rects={all.filter((word) => word.doubtful).map((word) => scaled(word.rect, scale))} />
        <FieldMarks marks={fields} />
      </PageViewer>
      {page && page.findings.length > 0 && (
        <ul className={style.findings} aria-label={text.station.findings}>
          {page.findings.map((finding) => (
            <li key={finding.kind}>{finding.message}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function inside(x: number, y: number, rect: Rect): boolean {
  return x >= rect.left && y >= rect.top && x <= rect.left + rect.width && y <= rect.top + rect.height;
}

function scaled(rect: Rect, by: number): Rect {
  return { left: rect.left * by, top: rect.top * by, width: rect.width * by, height: rect.height * by };
}

function box({ left, top, width, height }: Rect) {
  return { x: left, y: top, width, height };
}
