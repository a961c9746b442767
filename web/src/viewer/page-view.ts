/** One page image on screen, the neighbours kept ready behind it: a thin layer over OpenSeadragon's canvas drawer. */
import OpenSeadragon from "openseadragon";
import type { Rect } from "../api/types";
import { imageInfo, tileSource } from "./image-info";

export interface PageImage {
  /** The address of the page's image service. */
  image: string;
  /** Size in which rectangles on the page are given. */
  width: number;
  height: number;
  /** Quarter turns to the right that a person made. */
  turn: number;
}

interface Held {
  item: OpenSeadragon.TiledImage;
  width: number;
}

const KEPT = 5;
const MARGIN = 16;
/** Room for the tools at the left. */
const TOOLS = 64;

/** The viewer adds an inline sheet unless it finds one of this mark; the policy would refuse it. This one is no sheet at all. */
function keepInlineSheetsOut(): void {
  if (document.querySelector("style[data-openseadragon-mobile-css]")) return;
  const mark = document.createElementNS("urn:muniment:mark", "style");
  mark.setAttribute("data-openseadragon-mobile-css", "true");
  document.head.append(mark);
}

export class PageView {
  readonly viewer: OpenSeadragon.Viewer;
  #held = new Map<string, Promise<Held>>();
  #shown: { page: PageImage; held: Held } | null = null;
  #wanted: string | null = null;
  #fit: "width" | "page" = "width";
  readonly #moved: () => void;
  readonly #drawn: (page: PageImage) => void;

  constructor(element: HTMLElement, moved: () => void, drawn: (page: PageImage) => void) {
    this.#moved = moved;
    this.#drawn = drawn;
    keepInlineSheetsOut();
    this.viewer = new OpenSeadragon.Viewer({
      element,
      drawer: "canvas",
      showNavigationControl: false,
      crossOriginPolicy: false,
      animationTime: 0.12,
      springStiffness: 12,
      blendTime: 0,
      immediateRender: true,
      imageLoaderLimit: 8,
      maxImageCacheCount: 400,
      visibilityRatio: 0.2,
      constrainDuringPan: false,
      minZoomImageRatio: 0.4,
      maxZoomPixelRatio: 4,
      preserveImageSizeOnResize: true,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true, scrollToZoom: true },
      gestureSettingsTouch: { pinchRotate: false },
    } as unknown as OpenSeadragon.Options);
    this.viewer.addHandler("update-viewport", () => this.#moved());
    this.viewer.addHandler("resize", () => requestAnimationFrame(() => this.fit(this.#fit)));
    // The application's own keys come first; of the viewer's only the arrows are left.
    this.viewer.addHandler("canvas-key", (event) => {
      const key = (event.originalEvent as KeyboardEvent).key;
      if (!key.startsWith("Arrow")) event.preventDefaultAction = true;
    });
  }

  destroy(): void {
    this.viewer.destroy();
  }

  get shown(): PageImage | null {
    return this.#shown?.page ?? null;
  }

  /** Shows a page; at once when it was held ready. */
  async show(page: PageImage): Promise<void> {
    this.#wanted = page.image;
    const same = this.#shown?.page.image === page.image;
    const held = await this.#hold(page);
    if (this.#wanted !== page.image) return;
    for (const each of this.#items()) each.setOpacity(each === held.item ? 1 : 0);
    held.item.setPreload(true);
    const turned = this.#shown?.page.turn !== page.turn;
    this.#shown = { page, held };
    this.viewer.viewport.setRotation(page.turn * 90, true);
    if (!same || turned) this.fit("width");
    this.viewer.forceRedraw();
    this.#whenDrawn(page, held);
  }

  /** Fetches a page's image before it is needed. */
  async prepare(page: PageImage): Promise<void> {
    try {
      const held = await this.#hold(page);
      held.item.setPreload(true);
    } catch {
      // It is asked for again when it is shown, and then said.
    }
  }

  #items(): OpenSeadragon.TiledImage[] {
    const world = this.viewer.world;
    return Array.from({ length: world.getItemCount() }, (_, index) => world.getItemAt(index));
  }

  #hold(page: PageImage): Promise<Held> {
    const known = this.#held.get(page.image);
    if (known) {
      // Used last, dropped last.
      this.#held.delete(page.image);
      this.#held.set(page.image, known);
      return known;
    }
    const promise = imageInfo(page.image).then(
      (info) =>
        new Promise<Held>((resolve, reject) => {
          this.viewer.addTiledImage({
            tileSource: tileSource(info),
            x: 0,
            y: 0,
            width: 1,
            opacity: 0,
            preload: true,
            success: (event: unknown) =>
              resolve({ item: (event as { item: OpenSeadragon.TiledImage }).item, width: info.width }),
            error: (event: unknown) => reject(new Error((event as { message?: string }).message ?? "image")),
          } as unknown as Parameters<OpenSeadragon.Viewer["addTiledImage"]>[0]);
        }),
    );
    this.#held.set(page.image, promise);
    promise.catch(() => this.#held.delete(page.image));
    this.#dropOldest();
    return promise;
  }

  #dropOldest(): void {
    for (const [image, promise] of this.#held) {
      if (this.#held.size <= KEPT) return;
      if (image === this.#wanted || image === this.#shown?.page.image) continue;
      this.#held.delete(image);
      promise.then((held) => this.viewer.world.removeItem(held.item)).catch(() => {});
    }
  }

  #whenDrawn(page: PageImage, held: Held): void {
    const say = () => {
      // Two frames: one draws, the next one is certain that it was.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          if (this.#shown?.page.image === page.image) this.#drawn(page);
        }),
      );
    };
    if (held.item.getFullyLoaded()) say();
    else held.item.whenFullyLoaded(say);
  }

  /** Fits the page's width with its top in sight, or the whole page. */
  fit(how: "width" | "page"): void {
    this.#fit = how;
    if (!this.#shown) return;
    const viewport = this.viewer.viewport;
    const size = viewport.getContainerSize();
    if (size.x === 0 || size.y === 0) return;
    const bounds = this.#shown.held.item.getBoundsNoRotate();
    const sideways = this.#shown.page.turn % 2 !== 0;
    const [width, height] = sideways ? [bounds.height, bounds.width] : [bounds.width, bounds.height];
    const byWidth = (size.x - TOOLS - MARGIN) / width;
    const byHeight = (size.y - 2 * MARGIN) / height;
    const scale = how === "width" ? byWidth : Math.min(byWidth, byHeight);
    viewport.zoomTo(scale / size.x, undefined, true);
    viewport.panTo(bounds.getCenter(), true);
    const aside = Math.min((TOOLS - MARGIN) / 2, Math.max(0, (width * scale - size.x) / 2 + TOOLS));
    viewport.panBy(viewport.deltaPointsFromPixels(new OpenSeadragon.Point(-aside, 0), true), true);
    const spare = height * scale + 2 * MARGIN - size.y;
    if (spare > 0) {
      const up = viewport.deltaPointsFromPixels(new OpenSeadragon.Point(0, -spare / 2), true);
      viewport.panBy(up, true);
    }
    this.viewer.forceRedraw();
  }

  toggleFit(): void {
    this.fit(this.#fit === "width" ? "page" : "width");
  }

  /** Zooms; what is looked at stays where it is, if it is told. */
  zoom(factor: number, around?: Rect): void {
    const at = around && this.#middle(around);
    this.viewer.viewport.zoomBy(factor, at ? this.viewer.viewport.pointFromPixel(at, true) : undefined);
    this.viewer.viewport.applyConstraints();
  }

  /** Brings a rectangle of the page into sight, without moving when it is there. */
  reveal(rect: Rect): void {
    const middle = this.#middle(rect);
    if (!middle) return;
    const { x, y } = middle;
    const size = this.viewer.viewport.getContainerSize();
    const edge = 48;
    if (x > edge && y > edge && x < size.x - edge && y < size.y - edge) return;
    const delta = new OpenSeadragon.Point(
      x < edge || x > size.x - edge ? x - size.x / 2 : 0,
      y < edge || y > size.y - edge ? y - size.y / 2 : 0,
    );
    this.viewer.viewport.panBy(this.viewer.viewport.deltaPointsFromPixels(delta));
  }

  /** Where the middle of a rectangle of the page is in this element; `null` while nothing is shown. */
  #middle(rect: Rect): OpenSeadragon.Point | null {
    const matrix = this.matrix();
    if (!matrix) return null;
    const [a, b, c, d, e, f] = matrix;
    const at = { x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 };
    return new OpenSeadragon.Point(a * at.x + c * at.y + e, b * at.x + d * at.y + f);
  }

  /** The affine map from the page's pixels to this element's, as SVG writes it; `null` while nothing is shown. */
  matrix(): [number, number, number, number, number, number] | null {
    if (!this.#shown) return null;
    const { page, held } = this.#shown;
    const scale = held.width / page.width;
    const at = (x: number, y: number) =>
      held.item.imageToViewerElementCoordinates(new OpenSeadragon.Point(x * scale, y * scale));
    const origin = at(0, 0);
    const right = at(page.width, 0);
    const down = at(0, page.height);
    return [
      (right.x - origin.x) / page.width,
      (right.y - origin.y) / page.width,
      (down.x - origin.x) / page.height,
      (down.y - origin.y) / page.height,
      origin.x,
      origin.y,
    ];
  }
}
