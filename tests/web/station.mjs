// The verification station: keystrokes, times, positions, and what is kept when something is lost.
import { assert, drawn, painted, percentile, sleep, still } from "./support.mjs";

const MOST_KEYS = 14;

async function onDesk(page, world) {
  if (!page.url().includes("/verify")) await page.goto(`${world.url}/verify`);
  return drawn(page);
}

/** Presses keys until the document is accepted; returns how many, or nothing when acceptance is refused. */
export async function acceptByKeys(page) {
  const before = await page.evaluate(() => performance.getEntriesByName("accepted").length);
  for (let pressed = 0; pressed < MOST_KEYS; ) {
    const kind = page.locator("[data-step=kind][data-level=verify] input");
    if ((await kind.count()) > 0 && (await kind.inputValue()) === "") {
      await page.keyboard.press("Alt+T");
      await page.keyboard.type("prog");
      await page.locator("[role=option][aria-selected=true]").first().waitFor();
      pressed += 5;
    }
    await page.keyboard.press("Enter");
    pressed++;
    // The key is handled before the next one is pressed, as with any hand.
    await painted(page);
    if ((await page.evaluate(() => performance.getEntriesByName("accepted").length)) > before) return pressed;
    if (await page.getByText("Not yet:").isVisible()) return null;
  }
  return null;
}

/** What the server says to acceptances: the documents that it accepted, and those that it sent back. */
function answers(page) {
  const said = { accepted: new Set(), refused: new Set() };
  page.on("response", (answer) => {
    const document = /\/documents\/([^/]+)\/accept$/.exec(new URL(answer.url()).pathname)?.[1];
    if (document) (answer.ok() ? said.accepted : said.refused).add(document);
  });
  return said;
}

/** Verifies documents by keyboard as a person does who finds nothing to correct. Every key counts, also for what came back. */
export async function verify(world, page, count) {
  await page.goto(`${world.url}/verify`);
  let id = await drawn(page);
  const said = answers(page);
  const first = await page.evaluate(() => performance.getEntriesByName("page-drawn")[0]?.startTime ?? Number.NaN);
  await world.picture(page, "verify");
  const keys = new Map();
  const clean = new Set();
  const times = [];
  let postponed = 0;
  for (let turn = 0; said.accepted.size < count && turn < count + 20; turn++) {
    let spent = 0;
    const back = await page.getByText("A document was not accepted").isVisible();
    if (back) {
      await page.keyboard.press("Alt+U");
      spent++;
      id = await drawn(page, id);
    }
    const left = await page.locator("[data-level=check], [data-level=verify]").filter({ has: page.locator("input") }).count();
    const pressed = await acceptByKeys(page);
    if (pressed !== null) {
      keys.set(id, (keys.get(id) ?? 0) + spent + pressed);
      if (left === 0 && !back) clean.add(id);
      const next = await drawn(page, id);
      times.push(
        await page.evaluate(() => {
          const accepted = performance.getEntriesByName("accepted").at(-1).startTime;
          const after = performance.getEntriesByName("page-drawn").find((mark) => mark.startTime > accepted);
          return after ? after.startTime - accepted : Number.NaN;
        }),
      );
      if (next === "none") break;
      id = next;
    } else {
      if (postponed === 0) await world.picture(page, "refused");
      postponed++;
      await page.keyboard.press("Alt+H");
      await page.locator("dialog[open]").waitFor();
      const [aside] = await Promise.all([page.waitForResponse((answer) => answer.url().endsWith("/postpone")), page.keyboard.press("Enter")]);
      assert(aside.ok(), `postponing answered ${aside.status()}`);
      id = await drawn(page, id);
    }
    // A person reads a page for longer than the next one takes to come.
    await sleep(Number(process.env.MUNIMENT_WEB_PAUSE ?? 600));
  }
  const counts = [...said.accepted].map((document) => keys.get(document));
  const once = [...clean].filter((document) => said.accepted.has(document) && !said.refused.has(document)).map((document) => keys.get(document));
  const median = percentile(counts, 0.5);
  const p95 = percentile(times.filter(Number.isFinite), 0.95);
  const told =
    `${counts.length} accepted, ${said.refused.size} sent back first, ${postponed} postponed; keystrokes median ${median}, ` +
    `mean ${(counts.reduce((sum, each) => sum + each, 0) / counts.length).toFixed(1)}, most ${Math.max(...counts)}; ` +
    `clean ones: ${once.length}, keystrokes ${[...new Set(once)].join(",") || "-"}; accept to next page drawn p50 ` +
    `${percentile(times.filter(Number.isFinite), 0.5).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms (goal 100); first image ${first.toFixed(0)} ms (goal 2000)`;
  assert(counts.length >= count, `only ${told}`);
  assert(median <= 2, `too many keystrokes: ${told}`);
  assert(once.every((each) => each === 1), `a clean document took more than one key: ${told}`);
  assert(once.length > 0, `no document was clean: ${told}`);
  return told;
}

/** Accepts one document by keys and waits until the server has taken it; what it sends back is put aside. */
export async function acceptOne(page) {
  const said = answers(page);
  for (let turn = 0; turn < 5; turn++) {
    const id = await drawn(page);
    assert(id !== "none", "nothing waits");
    assert(await acceptByKeys(page), `${id} could not be accepted by keys alone`);
    const end = Date.now() + 10_000;
    while (!said.accepted.has(id) && !said.refused.has(id) && Date.now() < end) await sleep(50);
    if (said.accepted.has(id)) return id;
    await sleep(300);
  }
  throw new Error("the server took none of five acceptances");
}

export async function takeBack(world, page) {
  await page.goto(`${world.url}/verify`);
  const accepted = await acceptOne(page);
  const after = await drawn(page, accepted);
  await page.keyboard.press("Alt+U");
  await page.waitForFunction((id) => document.querySelector("[data-document]")?.dataset.document === id, accepted);
  await drawn(page, after);
  await page.getByText("The last decision was taken back").waitFor();
  await world.picture(page, "undone");
}

/** Somebody's hold ends behind their back: the server says so at the next save, and nothing typed is gone. */
export async function lossOfHold(world, page) {
  const held = new Map();
  page.on("response", async (answer) => {
    if (!/\/(claim|next|accept)$/.test(new URL(answer.url()).pathname) || answer.request().method() !== "POST" || !answer.ok()) return;
    const body = await answer.json().catch(() => null);
    for (const claim of [body, body?.next]) if (claim?.lease) held.set(claim.document.id, claim.lease.token);
  });
  await page.reload();
  const id = await drawn(page);
  for (const end = Date.now() + 10_000; !held.has(id) && Date.now() < end; ) await sleep(50);
  const token = held.get(id);
  assert(token, "the hold's token was not seen");
  const status = await page.evaluate(
    async ([document, lease]) => {
      const session = await (await fetch("/api/v1/session")).json();
      const answer = await fetch(`/api/v1/documents/${document}/claim`, {
        method: "DELETE",
        headers: { "x-muniment-csrf": session.csrf, "x-muniment-lease": lease },
      });
      return answer.status;
    },
    [id, token],
  );
  assert(status < 300, `giving the document back answered ${status}`);
  const input = page.locator("[data-step=author] input, [data-step=document_date] input").first();
  await input.fill("Dr Pat Hallinan");
  await page.getByText("You no longer hold this document").waitFor();
  await world.picture(page, "hold-lost");
  assert((await input.inputValue()) === "Dr Pat Hallinan", "what was typed is gone");
  await page.getByRole("button", { name: "Take it again" }).click();
  await page.locator("[data-saving=saved]").waitFor();
  assert((await input.inputValue()) === "Dr Pat Hallinan", "what was typed is gone after taking it again");
}

export async function lossOfNetwork(world, page) {
  await onDesk(page, world);
  const input = page.locator("[data-step=author] input, [data-step=document_date] input").first();
  await page.context().setOffline(true);
  await input.fill("Dr Ines Vale");
  await page.locator("[data-saving=offline]").waitFor();
  await world.picture(page, "offline");
  assert((await input.inputValue()) === "Dr Ines Vale", "what was typed is gone");
  await page.context().setOffline(false);
  await page.locator("[data-saving=saved]").waitFor();
  await page.reload();
  await drawn(page);
  assert((await input.inputValue()) === "Dr Ines Vale", "the saved draft did not come back");
}

/**
 * Compares what lies under a mark on the canvas with the same piece of the page image, moved by up to four pixels: where
 * they agree best says how far the overlay is off.
 */
export async function overlay(world, page) {
  await page.goto(`${world.url}/verify`);
  await drawn(page);
  await page.locator("[data-mark]").first().waitFor({ state: "attached" });
  const errors = [];
  for (const step of ["as opened", "+", "+"]) {
    if (step !== "as opened") {
      await page.keyboard.press("Escape");
      await page.keyboard.press("+");
    }
    await still(page);
    const found = await page.evaluate(async () => {
      const group = document.querySelector("[data-overlay]");
      const canvas = document.querySelector("[data-viewer] canvas");
      const given = group.dataset.overlay;
      const service = given.startsWith("/iiif/") ? `/api/v1${given}` : given;
      const info = await (await fetch(`${service}/info.json`)).json();
      const size = info.sizes.at(-1);
      const image = new Image();
      image.src = `${service}/full/${size.width},${size.height}/0/default.jpg`;
      await image.decode();
      const sheet = group.querySelector("rect");
      const scale = image.naturalWidth / Number(sheet.getAttribute("width"));
      const ratio = canvas.width / canvas.getBoundingClientRect().width;
      const view = canvas.getBoundingClientRect();
      const matrix = group.getScreenCTM();
      const pixels = canvas.getContext("2d");
      const grey = (data) => Float32Array.from({ length: data.length / 4 }, (_, index) => data[index * 4] + data[index * 4 + 1] + data[index * 4 + 2]);
      const boxes = [...group.querySelectorAll("[data-mark] rect")].map((box) => ({
        x: Number(box.getAttribute("x")),
        y: Number(box.getAttribute("y")),
        width: Number(box.getAttribute("width")),
        height: Number(box.getAttribute("height")),
      }));
      const results = [];
      for (const box of boxes) {
        const at = new DOMPoint(box.x, box.y).matrixTransform(matrix);
        const to = new DOMPoint(box.x + box.width, box.y + box.height).matrixTransform(matrix);
        const left = Math.round((at.x - view.x) * ratio);
        const top = Math.round((at.y - view.y) * ratio);
        const width = Math.round((to.x - at.x) * ratio);
        const height = Math.round((to.y - at.y) * ratio);
        if (left < 8 || top < 8 || left + width > canvas.width - 8 || top + height > canvas.height - 8 || width < 20 || height < 8) continue;
        const small = document.createElement("canvas");
        small.width = width;
        small.height = height;
        const context = small.getContext("2d");
        context.imageSmoothingQuality = "high";
        context.drawImage(image, box.x * scale, box.y * scale, box.width * scale, box.height * scale, 0, 0, width, height);
        const wanted = grey(context.getImageData(0, 0, width, height).data);
        let best = { sum: Number.POSITIVE_INFINITY, dx: 0, dy: 0 };
        for (let dy = -4; dy <= 4; dy++)
          for (let dx = -4; dx <= 4; dx++) {
            const seen = grey(pixels.getImageData(left + dx, top + dy, width, height).data);
            let sum = 0;
            for (let index = 0; index < wanted.length; index++) sum += Math.abs(wanted[index] - seen[index]);
            if (sum < best.sum) best = { sum, dx, dy };
          }
        results.push(Math.hypot(best.dx, best.dy) / ratio);
      }
      return results;
    });
    if (found.length > 0) errors.push(Math.max(...found));
  }
  assert(errors.length === 3, `only ${errors.length} of 3 zooms had a mark in sight`);
  const said = `error ${errors.map((each) => each.toFixed(1)).join(", ")} px at three zooms`;
  assert(Math.max(...errors) <= 2, said);
  await page.keyboard.press("0");
  return said;
}
