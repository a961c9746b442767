/** The piece of the page that a value was read from, drawn from the tiles that the viewer uses as well. */
import { useEffect, useRef, useState } from "react";
import type { Rect } from "../api/types";
import { imageInfo, tileSource } from "./image-info";
import type { PageImage } from "./page-view";
import style from "./snippet.module.css";

const TALLEST = 48;
const SHARPEST = 2;

export function Snippet({ page, rect, label, width }: { page: PageImage; rect: Rect; label: string; width: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failed, fail] = useState(false);
  useEffect(() => {
    let gone = false;
    fail(false);
    draw(page, rect, width, () => (gone ? null : canvas.current)).catch(() => {
      if (!gone) fail(true);
    });
    return () => {
      gone = true;
    };
  }, [page, rect, width]);
  if (failed) return null;
  return <canvas ref={canvas} width={120} height={36} className={style.snippet} role="img" aria-label={label} />;
}

/** The piece to show: the value with what stands around it on its line, in the page's pixels. */
export function pieceAround(rect: Rect, page: { width: number; height: number }, aspect: number): Rect {
  const padY = rect.height * 0.35;
  const height = Math.min(page.height, rect.height + 2 * padY);
  const width = Math.min(page.width, Math.max(height * aspect, rect.width + 2 * padY));
  // What stands before a value, its label, says more than what follows.
  const left = clamp(rect.left + rect.width / 2 - width * 0.55, 0, page.width - width);
  const top = clamp(rect.top - padY, 0, page.height - height);
  return { left, top, width, height };
}

async function draw(page: PageImage, rect: Rect, width: number, target: () => HTMLCanvasElement | null): Promise<void> {
  const info = await imageInfo(page.image);
  const source = tileSource(info);
  const factor = info.width / page.width;
  const piece = pieceAround(rect, page, width / TALLEST);
  const from = {
    x: piece.left * factor,
    y: piece.top * factor,
    width: piece.width * factor,
    height: piece.height * factor,
  };
  const level = source.maxLevel;
  const tile = info.tiles?.[0]?.width ?? 512;
  const wanted: Promise<{ image: HTMLImageElement; x: number; y: number }>[] = [];
  for (let row = Math.floor(from.y / tile); row * tile < from.y + from.height; row++)
    for (let column = Math.floor(from.x / tile); column * tile < from.x + from.width; column++)
      wanted.push(
        load(source.getTileUrl(level, column, row) as string).then((image) => ({
          image,
          x: column * tile,
          y: row * tile,
        })),
      );
  const tiles = await Promise.all(wanted);
  const canvas = target();
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return;
  const scale = Math.min(width / from.width, TALLEST / from.height);
  const sharp = Math.min(SHARPEST, window.devicePixelRatio || 1);
  canvas.width = Math.round(from.width * scale * sharp);
  canvas.height = Math.round(from.height * scale * sharp);
  canvas.style.width = `${canvas.width / sharp}px`;
  canvas.style.height = `${canvas.height / sharp}px`;
  context.imageSmoothingQuality = "high";
  context.setTransform(scale * sharp, 0, 0, scale * sharp, -from.x * scale * sharp, -from.y * scale * sharp);
  for (const { image, x, y } of tiles) context.drawImage(image, x, y);
}

function load(address: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("tile"));
    image.src = address;
  });
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
