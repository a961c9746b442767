// A lot: somebody who accepted nothing of it compares its sample with the pages, and decides.
import { assert, axe, check, pageDrawn, SERVER, signIn, token } from "./support.mjs";

const BATCH = "Box 13";

export async function lots(world, technician, reviewer) {
  const rae = await world.person();
  await signIn(rae, world.url, reviewer);
  // Whoever looks at the station takes what arrives.
  await rae.goto(`${world.url}/oversight/lots`);
  await check("a lot is drawn", () => draw(world, technician, rae));
  await check("a lot is checked beside its pages, and held back", () => decide(world, rae));
  await rae.context().close();
}

/** Three documents come in and are accepted beyond the time to undo; all of them are the sample. */
async function draw(world, technician, rae) {
  world.run("ingest", world.scans(1, 11, 3), "--batch", BATCH);
  const settings = { ...SERVER, MUNIMENT_REVIEW_UNDO_MINUTES: "0", MUNIMENT_TOKEN: await token(technician, ["label"]) };
  const documents = JSON.parse(world.run("--json", "show", "--batch", BATCH));
  for (const [number, { id }] of documents.entries())
    world.runWith(settings, "accept", id, "--patient", `ZZ770000${number}`, "--born", "1950-06-01", "--type", "progress-note");
  world.runWith({ ...SERVER, MUNIMENT_TOKEN: await token(rae, ["decide-lots"]) }, "lot", "draw", BATCH);
}

async function decide(world, rae) {
  await rae.goto(`${world.url}/work`);
  await rae.getByRole("link", { name: "Oversight" }).click();
  await rae.getByRole("link", { name: "Lots" }).click();
  await rae.getByRole("row", { name: BATCH }).waitFor();
  await world.picture(rae, "lots");
  await rae.getByRole("row", { name: BATCH }).getByRole("link", { name: "Check" }).click();
  const found = [];
  for (const [number, defects] of [[], ["Crooked page"], ["Wrong type", "Specks"]].entries()) {
    await rae.getByText(`${number} of 3 checked`).waitFor();
    await pageDrawn(rae);
    for (const defect of defects) await rae.getByRole("checkbox", { name: defect }).check();
    if (number === 2) await rae.getByLabel("Note").fill("It is another type of document");
    if (number !== 1) await world.picture(rae, `lot-check-${number + 1}`);
    if (number !== 1) found.push(...(await axe(rae)));
    await rae.getByRole("button", { name: /It is right|Record/ }).click();
  }
  await rae.getByText("The sample is checked").waitFor();
  await world.picture(rae, "lot-checked");
  const seen = await rae.evaluate(async (id) => (await fetch(`/api/v1/lots/${id}`)).json(), rae.url().split("/").at(-1));
  const defects = seen.documents.map((each) => each.defects.toSorted().join("+")).toSorted();
  assert(defects.join("; ") === "; skew; speckle+wrong-type", `the server has: ${defects.join("; ")}`);
  await rae.getByRole("link", { name: "All lots" }).click();
  const row = rae.getByRole("row", { name: BATCH });
  await row.getByRole("button", { name: "Release" }).click();
  await rae.getByRole("alert").first().waitFor();
  await row.getByRole("button", { name: "Hold back" }).click();
  await rae.getByLabel("Reason").fill("One of three is of another type");
  await rae.keyboard.press("Enter");
  await row.getByText("Held back").waitFor();
  await world.picture(rae, "lot-held-back");
  assert(found.length === 0, found.join(" | "));
  return "one right, one crooked, one of the wrong type: release refused";
}
