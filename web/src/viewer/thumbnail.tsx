/** A small image of a page, with boxes where a search found its words. */
import { type RefObject, useEffect, useRef, useState } from "react";
import type { Rect } from "../api/types";
import { imageAddress, imageInfo } from "./image-info";
import type { PageImage } from "./page-view";
import style from "./thumbnail.module.css";

/** Few at a time: the page in work comes before its thumbnails. */
const AT_ONCE = 2;
let loading = 0;
const waiting: (() => void)[] = [];

async function inTurn(load: () => Promise<void>): Promise<void> {
  if (loading >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  loading++;
  try {
    await load();
  } finally {
    loading--;
    waiting.shift()?.();
  }
}

/** The address of a small image once it is loaded; asked for when it is in sight. */
function useSmallImage(image: string, width: number, place: RefObject<SVGSVGElement | null>): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    setAddress(null);
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      void inTurn(async () => {
        if (gone) return;
        const at = imageAddress(image, await imageInfo(image), width * Math.min(2, window.devicePixelRatio || 1));
        const loaded = new Image();
        loaded.src = at;
        await loaded.decode();
        if (!gone) setAddress(at);
      }).catch(() => {});
    });
    if (place.current) watch.observe(place.current);
    return () => {
      gone = true;
      watch.disconnect();
    };
  }, [image, width, place]);
  return address;
}

export function Thumbnail({
  page,
  label,
  width = 80,
  hits,
}: {
  page: PageImage;
  label: string;
  width?: number;
  hits?: Rect[];
}) {
  const place = useRef<SVGSVGElement>(null);
  const address = useSmallImage(page.image, width, place);
  const sideways = page.turn % 2 !== 0;
  const [wide, high] = sideways ? [page.height, page.width] : [page.width, page.height];
  const turn = `rotate(${page.turn * 90} ${wide / 2} ${high / 2}) translate(${(wide - page.width) / 2} ${(high - page.height) / 2})`;
  return (
    <svg ref={place} className={style.thumbnail} viewBox={`0 0 ${wide} ${high}`} role="img" aria-label={label}>
      <rect width={wide} height={high} className={style.paper} />
      <g transform={turn}>
        {address && <image href={address} width={page.width} height={page.height} preserveAspectRatio="none" />}
        {hits?.map((rect, index) => (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: hits do not move
            key={index}
            className={style.hit}
            x={rect.left - 6}
            y={rect.top - 6}
            width={rect.width + 12}
            height={rect.height + 12}
          />
        ))}
      </g>
    </svg>
  );
}
