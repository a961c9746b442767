/** What the image service says of a page (IIIF Image API 3), asked once. */
import OpenSeadragon from "openseadragon";
import { Problem } from "../api/problem";

export interface ImageInfo {
  id: string;
  width: number;
  height: number;
  sizes?: { width: number; height: number }[];
  tiles?: { width: number; height?: number; scaleFactors: number[] }[];
  [more: string]: unknown;
}

const KEPT = 60;
const asked = new Map<string, Promise<ImageInfo>>();

export function imageInfo(service: string): Promise<ImageInfo> {
  const known = asked.get(service);
  if (known) return known;
  const promise = ask(service);
  asked.set(service, promise);
  promise.catch(() => asked.delete(service));
  for (const old of asked.keys()) {
    if (asked.size <= KEPT) break;
    asked.delete(old);
  }
  return promise;
}

/** The service's address; some answers leave the interface's own prefix out. */
function located(service: string): string {
  return service.startsWith("/iiif/") ? `/api/v1${service}` : service;
}

async function ask(image: string): Promise<ImageInfo> {
  const service = located(image);
  let answer: Response;
  try {
    answer = await fetch(`${service}/info.json`, { credentials: "same-origin" });
  } catch {
    throw new Problem(0, { code: "offline" });
  }
  if (!answer.ok) throw new Problem(answer.status, {}, answer.headers.get("x-request-id") ?? undefined);
  const info = (await answer.json()) as ImageInfo;
  // Behind a proxy the server may not know its own name: the page is asked for where its description was found.
  return { ...info, id: new URL(service, location.href).href };
}

export function tileSource(info: ImageInfo): OpenSeadragon.TileSource {
  return new OpenSeadragon.IIIFTileSource(
    info as unknown as ConstructorParameters<typeof OpenSeadragon.IIIFTileSource>[0],
  );
}

/** The address of the smallest ready-made image that is at least so wide. */
export function imageAddress(image: string, info: ImageInfo, atLeast: number): string {
  const service = located(image);
  const sizes = [...(info.sizes ?? [])].sort((one, other) => one.width - other.width);
  const size = sizes.find((each) => each.width >= atLeast) ?? sizes.at(-1);
  return size ? `${service}/full/${size.width},${size.height}/0/default.jpg` : `${service}/full/max/0/default.jpg`;
}
