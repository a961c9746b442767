/** The page image with ONE layer of drawings over it, which moves with the image. */
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { createPortal } from "react-dom";
import type { Rect } from "../api/types";
import { Failed } from "../design/states";
import { text } from "../text";
import { type PageImage, PageView } from "./page-view";
import style from "./page-viewer.module.css";

export interface ViewerControls {
  zoom(factor: number, around?: Rect): void;
  toggleFit(): void;
  reveal(rect: Rect): void;
}

export interface PageViewerProps {
  page: PageImage | null;
  /** Pages that are wanted next. */
  ahead?: PageImage[];
  label: string;
  /** Drawings in the page's own pixels. */
  children?: ReactNode;
  /** The mouse chooses words instead of moving the page. */
  capturing?: boolean;
  onLasso?: (rect: Rect) => void;
  controls?: Ref<ViewerControls>;
  tools?: ReactNode;
}

export function PageViewer({ page, ahead, label, children, capturing, onLasso, controls, tools }: PageViewerProps) {
  const host = useRef<HTMLDivElement>(null);
  const layer = useRef<SVGGElement>(null);
  const view = useRef<PageView | null>(null);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const [error, setError] = useState<unknown>(null);
  const lasso = useLasso(layer, onLasso);

  useEffect(() => {
    if (!host.current) return;
    const element = host.current;
    const made = new PageView(
      element,
      () => {
        const matrix = made.matrix();
        if (matrix) layer.current?.setAttribute("transform", `matrix(${matrix.join(" ")})`);
      },
      (drawn) => {
        element.dataset.drawn = drawn.image;
        performance.mark("page-drawn", { detail: drawn.image });
      },
    );
    view.current = made;
    setSlot(made.viewer.canvas as HTMLElement);
    return () => {
      view.current = null;
      setSlot(null);
      made.destroy();
    };
  }, []);

  const image = page?.image;
  const turn = page?.turn;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page is known by its address and its turn
  useEffect(() => {
    setError(null);
    if (page) view.current?.show(page).catch(setError);
  }, [image, turn, slot]);

  const next = ahead?.map((each) => each.image).join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: pages are known by their addresses
  useEffect(() => {
    for (const each of ahead ?? []) void view.current?.prepare(each);
  }, [next, slot]);

  useEffect(() => {
    view.current?.viewer.setMouseNavEnabled(!capturing);
  }, [capturing]);

  useImperativeHandle(controls, () => ({
    zoom: (factor, around) => view.current?.zoom(factor, around),
    toggleFit: () => view.current?.toggleFit(),
    reveal: (rect) => view.current?.reveal(rect),
  }));

  return (
    <div className={style.frame}>
      <div ref={host} className={style.viewer} role="group" aria-label={label} data-viewer data-page={image} />
      {slot &&
        createPortal(
          <svg
            className={capturing ? `${style.overlay} ${style.capturing}` : style.overlay}
            aria-hidden="true"
            {...(capturing ? lasso.handlers : {})}
          >
            <g ref={layer} data-overlay={image}>
              {page && <rect className={style.sheet} width={page.width} height={page.height} />}
              {children}
              {lasso.rect && (
                <rect
                  className={style.lasso}
                  x={lasso.rect.left}
                  y={lasso.rect.top}
                  width={lasso.rect.width}
                  height={lasso.rect.height}
                />
              )}
            </g>
          </svg>,
          slot,
        )}
      {tools && <div className={style.tools}>{tools}</div>}
      {error !== null && (
        <div className={style.failed}>
          <Failed error={error} retry={() => page && view.current?.show(page).then(() => setError(null), setError)} />
        </div>
      )}
      {!page && <p className={style.nothing}>{text.viewer.nothing}</p>}
    </div>
  );
}

function useLasso(layer: React.RefObject<SVGGElement | null>, onLasso: ((rect: Rect) => void) | undefined) {
  const [drawn, draw] = useState<{ from: DOMPoint; to: DOMPoint } | null>(null);
  const at = (event: React.PointerEvent) => {
    const matrix = layer.current?.getScreenCTM();
    return matrix ? new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()) : null;
  };
  return {
    rect: drawn && between(drawn.from, drawn.to),
    handlers: {
      onPointerDown(event: React.PointerEvent) {
        const point = at(event);
        if (!point || event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        draw({ from: point, to: point });
      },
      onPointerMove(event: React.PointerEvent) {
        const point = at(event);
        if (drawn && point) draw({ ...drawn, to: point });
      },
      onPointerUp() {
        if (drawn) onLasso?.(between(drawn.from, drawn.to));
        draw(null);
      },
    },
  };
}

function between(one: DOMPoint, other: DOMPoint): Rect {
  return {
    left: Math.min(one.x, other.x),
    top: Math.min(one.y, other.y),
    width: Math.abs(one.x - other.x),
    height: Math.abs(one.y - other.y),
  };
}
