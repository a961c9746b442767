/** A small image of a page, with boxes where a search found its words. */
import { useQuery } from "@tanstack/react-query";
import type { Rect } from "../api/types";
import { imageAddress, imageInfo } from "./image-info";
import type { PageImage } from "./page-view";
import style from "./thumbnail.module.css";

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
  const address = useQuery({
    queryKey: ["thumbnail", page.image, width],
    queryFn: async () =>
      imageAddress(page.image, await imageInfo(page.image), width * Math.min(2, window.devicePixelRatio || 1)),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const sideways = page.turn % 2 !== 0;
  const [wide, high] = sideways ? [page.height, page.width] : [page.width, page.height];
  const turn = `rotate(${page.turn * 90} ${wide / 2} ${high / 2}) translate(${(wide - page.width) / 2} ${(high - page.height) / 2})`;
  return (
    <svg className={style.thumbnail} viewBox={`0 0 ${wide} ${high}`} role="img" aria-label={label}>
      <rect width={wide} height={high} className={style.paper} />
      <g transform={turn}>
        {address.data && (
          <image href={address.data} width={page.width} height={page.height} preserveAspectRatio="none" />
        )}
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
