// Viewers that know nothing of Muniment open its documents: OpenSeadragon the image of a page, Mirador a whole manifest.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, check, sleep, token } from "./support.mjs";

const MODULES = fileURLToPath(new URL("../../web/node_modules", import.meta.url));
const WORD = "patient";

/** Where Mirador was unpacked by `scripts/web.sh viewer`. */
function mirador() {
  const viewers = join(MODULES, ".viewers");
  const name = existsSync(viewers) ? readdirSync(viewers).find((each) => each.startsWith("mirador-")) : undefined;
  return name ? join(viewers, name, "mirador.min.js") : undefined;
}

export async function viewers(world, person) {
  const found = await document(person);
  const site = await Site.open(world, await token(person, ["read-chart"]));
  try {
    await check("OpenSeadragon as it comes opens a page", () => openSeadragon(world, site, found));
    const script = mirador();
    if (script) await check("Mirador as it comes opens a document and finds words in it", () => manifest(world, site, found, script));
    else if (process.env.CI) await check("Mirador is there", () => assert(false, "scripts/web.sh viewer fetches it"));
    else console.log("not run: Mirador opens a document; scripts/web.sh viewer fetches it");
  } finally {
    site.end();
  }
}

/** The document with the word on most pages: what it shows, and where search says that the word is. */
async function document(person) {
  return person.evaluate(async (word) => {
    const json = async (address) => (await fetch(address)).json();
    const hits = (await json(`/api/v1/search?q=${word}&limit=200`)).items;
    const pages = (hit) => hits.filter((other) => other.document === hit.document).length;
    const best = hits.reduce((one, other) => (pages(other) > pages(one) ? other : one));
    const seen = await json(`/api/v1/documents/${best.document}`);
    return {
      manifest: seen.manifest,
      pages: seen.pages.filter((page) => !page.hidden).map(({ position, image }) => ({ position, image })),
      hits: hits.filter((hit) => hit.document === best.document),
    };
  }, WORD);
}

/** A small web site of an institution: a page with a viewer, and a way to Muniment that adds its token. */
class Site {
  static async open(world, secret) {
    const site = new Site();
    const { hostname, port } = new URL(world.url);
    site.files = new Map();
    site.server = createServer((asked, answer) => {
      const file = site.files.get(asked.url);
      if (file) return answer.writeHead(200, { "content-type": file.type }).end(file.body);
      if (!asked.url.startsWith("/api/v1/iiif/")) return answer.writeHead(404).end();
      const headers = { host: asked.headers.host, accept: asked.headers.accept ?? "*/*", authorization: `Bearer ${secret}` };
      const passed = request({ hostname, port, path: asked.url, method: asked.method, headers }, (got) => {
        answer.writeHead(got.statusCode, got.headers);
        got.pipe(answer);
      });
      passed.on("error", () => answer.destroy());
      passed.end();
    });
    await new Promise((done) => site.server.listen(0, "127.0.0.1", done));
    site.url = `http://127.0.0.1:${site.server.address().port}`;
    return site;
  }

  /** A page that loads a viewer's own build and starts it. */
  page(name, script, start) {
    this.files.set(`/${name}.js`, { type: "text/javascript", body: readFileSync(script) });
    const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title>
<style>html, body, #viewer { margin: 0; height: 100%; position: relative }</style><div id="viewer"></div>
<script src="/${name}.js"></script><script>${start}</script>`;
    this.files.set(`/${name}`, { type: "text/html; charset=utf-8", body });
    return `${this.url}/${name}`;
  }

  /** A browser that knows nobody here, and what it is answered. */
  async visit(world, address) {
    const page = await world.person();
    const answers = [];
    page.on("response", (answer) => answers.push({ status: answer.status(), path: new URL(answer.url()).pathname, url: answer.url() }));
    await page.goto(address);
    return { page, answers };
  }

  end() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const images = (answers) => answers.filter(({ path }) => path.endsWith("/default.jpg"));

/** Everything that a viewer asked for was there. */
function allThere(site, answers) {
  const wrong = answers.filter(({ status, url }) => status !== 200 && url.startsWith(`${site.url}/api/`));
  assert(wrong.length === 0, `${wrong.length} were not there, such as ${wrong[0]?.path}: ${wrong[0]?.status}`);
  assert(images(answers).length > 0, "no image was asked for");
}

/** How much of the largest canvas is drawn, and how much of that is light (paper) and dark (ink). */
async function drawing(page) {
  return page.evaluate(() => {
    const size = (canvas) => canvas.width * canvas.height;
    const canvas = [...document.querySelectorAll("canvas")].sort((one, other) => size(other) - size(one))[0];
    if (!canvas || size(canvas) === 0) return { drawn: 0, paper: 0, ink: 0 };
    const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
    const context = copy.getContext("2d");
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let [drawn, paper, ink] = [0, 0, 0];
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] < 200) continue;
      drawn++;
      if (data[at] > 200) paper++;
      else if (data[at] < 110) ink++;
    }
    return { drawn: drawn / size(canvas), paper: paper / drawn, ink: ink / drawn };
  });
}

/** Waits until a page with writing on it is drawn. */
async function writingDrawn(page) {
  let seen;
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(150)) {
    seen = await drawing(page);
    if (seen.drawn > 0.1 && seen.paper > 0.5 && seen.ink > 0.005) return seen;
  }
  throw new Error(`no page is drawn: ${JSON.stringify(seen)}`);
}

async function openSeadragon(world, site, { pages }) {
  const image = pages[0].image;
  const address = site.page(
    "openseadragon",
    join(MODULES, "openseadragon/build/openseadragon/openseadragon.min.js"),
    `viewer = OpenSeadragon({ id: "viewer", tileSources: ${JSON.stringify(`${image}/info.json`)}, showNavigationControl: false });
     viewer.addHandler("open-failed", (event) => { throw new Error(event.message) });`,
  );
  const { page, answers } = await site.visit(world, address);
  const { ink } = await writingDrawn(page);
  // Close enough for the sharpest pieces, and to the far corner of the page.
  const size = await page.evaluate(() => {
    const { x, y } = viewer.source.dimensions;
    viewer.viewport.zoomTo(viewer.viewport.imageToViewportZoom(1), undefined, true);
    viewer.viewport.panTo(viewer.viewport.imageToViewportCoordinates(x, y), true);
    return { width: x, height: y };
  });
  await page.waitForFunction(() => viewer.world.getItemAt(0).getFullyLoaded());
  await world.picture(page, "viewer-openseadragon");
  const info = await (await page.request.get(`${site.url}${image}/info.json`)).json();
  assert(size.width === info.width && size.height === info.height, `it takes the page for ${size.width} x ${size.height}`);
  allThere(site, answers);
  const asked = images(answers).length;
  const tiles = await everyTile(page, info);
  await page.context().close();
  return `${size.width} x ${size.height} px, ${asked} images, ${(ink * 100).toFixed(1)} % ink; ${tiles} tiles of its grid are there`;
}

/** Asks for every tile of the grid that OpenSeadragon works out, at every scale. */
async function everyTile(page, info) {
  const { asked, wrong } = await page.evaluate(async (info) => {
    // Of a server that does not say that it scales, it takes whole sizes alone; other viewers take tiles.
    const source = new OpenSeadragon.IIIFTileSource({ ...info, extraFeatures: ["sizeByWh"] });
    const wrong = [];
    let asked = 0;
    for (const factor of info.tiles[0].scaleFactors) {
      const level = source.maxLevel - Math.log2(factor);
      const { x: columns, y: rows } = source.getNumTiles(level);
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const answer = await fetch(source.getTileUrl(level, column, row));
          asked++;
          if (!answer.ok) wrong.push(`${answer.status} ${source.getTileUrl(level, column, row)}`);
        }
    }
    return { asked, wrong };
  }, info);
  assert(asked > 0 && wrong.length === 0, `${wrong.length} of ${asked} tiles are not there, such as ${wrong[0]}`);
  return asked;
}

async function manifest(world, site, { manifest: address, pages, hits }, script) {
  const start = {
    id: "viewer",
    windows: [{ manifestId: `${site.url}${address}`, thumbnailNavigationPosition: "far-bottom" }],
    window: { allowClose: false },
    workspaceControlPanel: { enabled: false },
  };
  const { page, answers } = await site.visit(world, site.page("mirador", script, `mirador = Mirador.viewer(${JSON.stringify(start)})`));
  await writingDrawn(page);
  await page.getByRole("button", { name: "Toggle sidebar" }).click();
  await page.getByRole("tab", { name: "Search" }).click();
  await page.getByRole("combobox", { name: "search" }).or(page.getByRole("textbox", { name: "search" })).first().fill(WORD);
  await page.keyboard.press("Enter");
  const results = page.locator("aside").getByRole("list").locator("strong");
  await results.first().waitFor();
  await page.waitForLoadState("networkidle");
  await world.picture(page, "viewer-mirador");
  const counted = await page.evaluate(() => Object.values(mirador.store.getState().manifests)[0].json.items.length);
  assert(counted === pages.length, `it counts ${counted} pages, not ${pages.length}`);
  const expected = hits.flatMap((hit) => hit.boxes).length;
  assert((await results.count()) === expected, `it lists ${await results.count()} hits, not ${expected}`);
  const words = await results.allInnerTexts();
  assert(words.every((each) => each.toLowerCase().includes(WORD)), `it lists ${words.join(", ")}`);
  const off = await highlights(page, hits);
  allThere(site, answers);
  await page.context().close();
  return `${counted} pages, ${expected} hits, highlighted ${off.toFixed(1)} px off at the most`;
}

/** Compares what is highlighted on the page in sight with the boxes of our own search, in pixels of the screen. */
async function highlights(page, hits) {
  const shown = await page.evaluate(() => Object.values(mirador.store.getState().windows)[0].canvasId);
  const hit = hits.find((each) => Number(shown.split("/").at(-1)) === each.position);
  assert(hit, `it shows page ${shown.split("/").at(-1)}, which has no hit`);
  const [sheet, marked, ...more] = await page.evaluate(drawnExtents);
  assert(sheet && marked && more.length === 0, "there are not two canvases, one with the page and one with what is highlighted");
  const scale = (sheet.right - sheet.left) / hit.width;
  const rects = hit.boxes.map(({ rect }) => rect);
  const expected = {
    left: sheet.left + scale * Math.min(...rects.map(({ left }) => left)),
    top: sheet.top + scale * Math.min(...rects.map(({ top }) => top)),
    right: sheet.left + scale * Math.max(...rects.map(({ left, width }) => left + width)),
    bottom: sheet.top + scale * Math.max(...rects.map(({ top, height }) => top + height)),
  };
  const off = Math.max(...Object.keys(expected).map((side) => Math.abs(expected[side] - marked[side])));
  assert(off <= 2, `it highlights ${JSON.stringify(marked)} instead of ${JSON.stringify(expected)}`);
  return off;
}

/** In a browser: the rectangle that is drawn on in each large canvas, the largest first. */
function drawnExtents() {
  const extents = [];
  for (const canvas of document.querySelectorAll("canvas")) {
    const { width, height } = canvas;
    if (width < 300 || height < 300) continue;
    const copy = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    const around = { left: width, top: height, right: 0, bottom: 0 };
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        if (data[(y * width + x) * 4 + 3] < 40) continue;
        around.left = Math.min(around.left, x);
        around.right = Math.max(around.right, x + 1);
        around.top = Math.min(around.top, y);
        around.bottom = Math.max(around.bottom, y + 1);
      }
    if (around.right > 0) extents.push(around);
  }
  return extents.sort((one, other) => other.right - other.left - (one.right - one.left));
}
