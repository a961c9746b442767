// Arranging pages, second review, search, and every screen in both themes under axe-core.
import { acceptByKeys } from "./station.mjs";
import { assert, axe, check, drawn, enrol, pageDrawn, painted, signIn, sleep } from "./support.mjs";

/** A document of several pages that waits, from the queue. */
async function several(page) {
  return page.evaluate(async () => {
    const queue = await (await fetch("/api/v1/queue?limit=200")).json();
    return queue.items.find((item) => item.pages > 1 && !item.claimed_by)?.document ?? null;
  });
}

const pagesIn = (page) => page.locator("[data-page-at]").count();

export async function arrange(world, page) {
  await page.goto(`${world.url}/queue`);
  await page.locator("table").first().waitFor();
  await world.picture(page, "queue");
  const id = await several(page);
  assert(id, "no document of several pages waits");
  await page.goto(`${world.url}/assemble/${id}`);
  await page.locator("[data-page-at]").nth(1).waitFor();
  const before = await pagesIn(page);
  await page.keyboard.press("]");
  const [turned] = await Promise.all([page.waitForResponse((each) => each.url().endsWith(`/documents/${id}/pages`)), page.keyboard.press("r")]);
  assert(turned.ok(), `turning a page answered ${turned.status()}`);
  await turned.finished();
  await painted(page);
  await page.keyboard.press("s");
  await page.getByText("A new document was made").waitFor();
  assert((await pagesIn(page)) === 1, `after the split ${await pagesIn(page)} pages are left, not 1`);
  await world.picture(page, "assemble-split");
  await page.keyboard.press("Alt+U");
  await page.waitForFunction((count) => document.querySelectorAll("[data-page-at]").length === count, before);
  const other = await page.locator("#merge-with select option").nth(1).getAttribute("value");
  assert(other, "there is no other document to merge with");
  await page.locator("#merge-with select").selectOption(other);
  await page.getByRole("button", { name: "Merge with it" }).click();
  await page.waitForFunction((count) => document.querySelectorAll("[data-page-at]").length > count, before);
  await world.picture(page, "assemble");
  const merged = await pagesIn(page);
  await page.keyboard.press("Alt+U");
  await page.waitForFunction((count) => document.querySelectorAll("[data-page-at]").length === count, before);
  return `${before} pages, split and put back, ${merged} merged and put back`;
}

export async function review(world, tess, links) {
  await tess.goto(`${world.url}/verify`);
  const asked = await drawn(tess);
  await tess.keyboard.press("Alt+R");
  await tess.locator("dialog[open]").waitFor();
  await world.picture(tess, "second-review-asked");
  const [left] = await Promise.all([tess.waitForResponse((answer) => answer.url().endsWith("/second-review")), tess.keyboard.press("Enter")]);
  assert(left.ok(), `asking for a second review answered ${left.status()}`);
  await tess.locator("dialog[open]").waitFor({ state: "detached" });
  // Somebody else accepts it, and a third person keys it again without seeing what was typed.
  const rae = await world.person();
  await enrol(rae, links.rae);
  await rae.goto(`${world.url}/verify/${asked}`);
  await rae.waitForFunction((id) => document.querySelector("[data-document]")?.dataset.document === id, asked);
  await drawn(rae);
  const answer = rae.waitForResponse((each) => each.url().endsWith(`/documents/${asked}/accept`));
  answer.catch(() => {});
  assert(await acceptByKeys(rae), "the document that was asked about could not be accepted by keys alone");
  assert((await answer).ok(), `accepting it answered ${(await answer).status()}`);
  await rae.context().close();
  const sam = await world.person();
  await enrol(sam, links.sam);
  await sam.goto(`${world.url}/review`);
  await sam.locator("[data-review], h2").first().waitFor();
  const got = await sam.locator("[data-review]").getAttribute("data-review", { timeout: 10_000 }).catch(() => null);
  assert(got, `nothing came for a second review (asked for ${asked})`);
  assert((await sam.locator("[data-step]").count()) === 0, "what was typed before shows");
  await pageDrawn(sam);
  await world.picture(sam, "second-review");
  await sam.keyboard.type("ZZ0000001");
  await sam.keyboard.press("Tab");
  await sam.keyboard.type("1950-01-02");
  await sam.keyboard.press("Enter");
  await sam.getByText("The keyings differ").waitFor();
  await sam.context().close();
  return "asked for, accepted by another person, keyed again by a third, the difference noticed";
}

export async function search(world, page) {
  await page.goto(`${world.url}/search`);
  await page.locator("#search-words").fill("pain OR patient");
  await page.keyboard.press("Enter");
  await page.locator("[data-hit]").first().waitFor();
  await pageDrawn(page);
  const hits = await page.locator("[data-mark=hit]").count();
  assert(hits > 0, "no hit is boxed on the page");
  await page.keyboard.press("Escape");
  const before = await page.locator("[data-viewer]").getAttribute("data-page");
  await page.keyboard.press("j");
  await page.waitForFunction((image) => document.querySelector("[data-viewer]")?.dataset.page !== image, before);
  await page.keyboard.press("n");
  await sleep(600);
  await world.picture(page, "search");
  assert(await page.getByText(/reliable text/).first().isVisible(), "nothing is said of pages without reliable text");
  await page.locator("#search-words").fill('"unfinished');
  await page.keyboard.press("Enter");
  await page.locator("#search-wrong, [data-hit], [class*=said]").first().waitFor();
  return `${hits} hits boxed`;
}

export async function screens(world, { admin, tess, links }) {
  const ava = await world.person();
  await enrol(ava, links.ava);
  const rae = await world.person();
  await signIn(rae, world.url, "rae");
  const places = [
    [admin, "oversight"],
    [admin, "oversight/batches"],
    [admin, "oversight/people"],
    [admin, "oversight/policies"],
    [admin, "oversight/holds"],
    [admin, "oversight/disposals"],
    [rae, "oversight/lots"],
    [admin, "oversight/labels"],
    [admin, "oversight/health"],
    [ava, "audit"],
    [ava, "audit/access"],
    [ava, "requests"],
    [admin, "requests"],
    [tess, "queue"],
    [tess, "work"],
    [tess, "search?q=patient"],
    [rae, "review"],
  ];
  const record = await tess.evaluate(async () => {
    const found = await (await fetch("/api/v1/search?q=patient")).json();
    return found.items.find((hit) => hit.record)?.record ?? null;
  });
  await check("there is a record to look at", () => assert(record, "no hit of the search is of a record"));
  if (record) places.push([tess, `records/${record}`]);
  await inBothThemes(world, places);
  for (const theme of ["light", "dark"]) {
    await check(`axe finds nothing on sign-in, help and palette, ${theme}`, () => frames(world, theme));
  }
}

/** axe-core on every place, light and dark, with a picture of each. */
async function inBothThemes(world, places) {
  for (const theme of ["light", "dark"]) {
    for (const [page, place] of places) {
      await check(`axe finds nothing on /${place.replace(/[0-9a-f-]{36}/, "ID")}, ${theme}`, async () => {
        await page.emulateMedia({ colorScheme: theme });
        await page.goto(`${world.url}/${place}`, { waitUntil: "networkidle", timeout: 8_000 }).catch(() => {});
        await page.locator("h1, [data-document], h2").first().waitFor();
        if (place === "verify") assert((await drawn(page)) !== "none", "the station has no document to show");
        await sleep(250);
        await world.picture(page, `${place.replace(/[0-9a-f-]{36}/, "ID").replaceAll(/[/?=]/g, "-")}-${theme}`);
        assert(!(await page.getByText("You may not see this").isVisible()), "it is denied to whoever is led there");
        const found = await axe(page);
        assert(found.length === 0, found.join(" | "));
      });
    }
  }
  for (const [page] of places) await page.emulateMedia({ colorScheme: "light" });
}

async function frames(world, theme) {
  const fresh = await world.person({ colorScheme: theme });
  await fresh.goto(`${world.url}/sign-in`);
  await fresh.locator("[name=username]").waitFor();
  const found = await axe(fresh);
  await signIn(fresh, world.url, "tess");
  await fresh.goto(`${world.url}/queue`);
  await fresh.locator("h1").waitFor();
  await fresh.keyboard.press("?");
  await fresh.locator("dialog[open]").waitFor();
  await world.picture(fresh, `help-${theme}`);
  found.push(...(await axe(fresh)));
  await fresh.keyboard.press("Escape");
  await fresh.keyboard.press("Control+k");
  await fresh.locator("dialog[open]").waitFor();
  await world.picture(fresh, `palette-${theme}`);
  found.push(...(await axe(fresh)));
  await fresh.context().close();
  assert(found.length === 0, found.join(" | "));
}

/** The station while there is something to verify: both themes, small windows. */
export async function station(world, tess) {
  await tess.goto(`${world.url}/verify`);
  const document = await drawn(tess);
  await inBothThemes(world, [
    [tess, "verify"],
    [tess, `assemble/${document}`],
    [tess, `documents/${document}`],
  ]);
  await check("the station works at 1280x720 and at 200 % zoom", async () => {
    for (const [width, height, name] of [
      [1280, 720, "verify-720"],
      [640, 450, "verify-zoomed"],
    ]) {
      await tess.setViewportSize({ width, height });
      await tess.goto(`${world.url}/verify`);
      await drawn(tess);
      await sleep(300);
      await world.picture(tess, name);
      const wide = await tess.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert(wide <= 0, `${name}: ${wide} px stand out to the right`);
    }
    await tess.setViewportSize({ width: 1440, height: 900 });
  });
}
