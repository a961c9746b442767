// Drives the browser application on the real server: node tests/web/run.mjs PROGRAM [FOLDER FOR PICTURES]
import { join } from "node:path";
import { assert, check, checks, enrol, PASSWORD, World } from "./support.mjs";
import { lots } from "./lots.mjs";
import { arrange, review, search, screens, station } from "./other-screens.mjs";
import { lossOfHold, lossOfNetwork, overlay, takeBack, verify } from "./station.mjs";
import { viewers } from "./viewers.mjs";

const [, , program, pictures = join(process.cwd(), "web/screenshots")] = process.argv;
if (!program) {
  console.error("usage: node tests/web/run.mjs PROGRAM [FOLDER FOR PICTURES]");
  process.exit(2);
}
const DOCUMENTS = Number(process.env.MUNIMENT_WEB_DOCUMENTS ?? 40);
const COUNT = Number(process.env.MUNIMENT_WEB_COUNT ?? 25);

const world = new World(program, pictures);
try {
  world.prepare(6, 7, DOCUMENTS);
  const link = await world.serve();
  await world.browse();

  const admin = await world.person();
  const links = {};
  await check("the first administrator comes in by a one-time link", async () => {
    await enrol(admin, link);
    await admin.waitForURL(/oversight/);
  });
  await check("a link works once", async () => {
    const other = await world.person();
    await other.goto(link);
    await other.getByRole("button", { name: "Use the link" }).click();
    await other.getByRole("alert").first().waitFor();
    await other.context().close();
  });
  await check("the administrator adds people", async () => {
    await admin.goto(`${world.url}/oversight/people`);
    for (const [name, login, roles] of [
      ["Tess Moore", "tess", ["Technician"]],
      ["Rae Ito", "rae", ["Reviewer"]],
      ["Sam Oduya", "sam", ["Reviewer"]],
      ["Ava Lind", "ava", ["Auditor"]],
    ]) {
      await admin.getByRole("button", { name: "Add a person" }).click();
      await admin.getByLabel("Name").fill(name);
      await admin.getByLabel("Login").fill(login);
      for (const role of ["Technician", ...roles]) {
        const box = admin.getByRole("checkbox", { name: role });
        if ((await box.isChecked()) !== roles.includes(role)) await box.click();
      }
      await admin.locator("dialog").getByRole("button", { name: "Add a person" }).click();
      // The program names its own configured address; the token is what counts.
      links[login] = `${world.url}/link${new URL((await admin.locator("[data-link]").textContent()).trim()).hash}`;
      await world.picture(admin, "one-time-link");
      await admin.locator("dialog").getByRole("button", { name: "Close" }).last().click();
    }
  });

  const tess = await world.person();
  await check("a technician chooses a password, signs out and in again", async () => {
    await enrol(tess, links.tess);
    await tess.goto(`${world.url}/work`);
    await tess.getByRole("button", { name: "Sign out" }).click();
    await tess.waitForURL(/sign-in/);
    await tess.locator("[name=username]").fill("tess");
    await tess.locator("[name=password]").fill("not this one at all");
    await tess.keyboard.press("Enter");
    await tess.getByText("is wrong").waitFor();
    await world.picture(tess, "sign-in");
    await tess.locator("[name=password]").fill(PASSWORD);
    await tess.keyboard.press("Enter");
    await tess.waitForURL(/verify/);
  });
  // Before the documents of several pages are verified.
  await check("pages are split, put back and merged", () => arrange(world, tess));
  await check("overlay and image agree", () => overlay(world, tess));
  await station(world, tess);
  await check(`${COUNT} documents by keyboard only`, () => verify(world, tess, COUNT));
  await check("the last acceptance is taken back", () => takeBack(world, tess));
  await check("a lost hold keeps what was typed", () => lossOfHold(world, tess));
  await check("a lost network keeps what was typed", () => lossOfNetwork(world, tess));
  await check("a second review by another person", () => review(world, tess, links));
  await check("search finds, walks hits and keeps searches", () => search(world, tess));
  await viewers(world, tess);
  await lots(world, tess, "rae");
  await screens(world, { admin, tess, links });

  await check("nothing breaks the content security policy or the program", () => {
    assert(world.violations.length === 0, [...new Set(world.violations)].slice(0, 5).join(" | "));
  });
} catch (error) {
  checks.failed.push("the run itself");
  console.log(`FAIL  the run itself: ${error?.stack ?? error}`);
} finally {
  await world.end();
}
console.log(`${checks.passed} checks passed, ${checks.failed.length} failed${checks.failed.length ? `: ${checks.failed.join("; ")}` : ""}`);
process.exit(checks.failed.length === 0 ? 0 : 1);
