// Starts the real server on generated charts and a real browser on it; counts, measures and keeps pictures.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer as serveHttp, request } from "node:http";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
export const PASSWORD = "a heron waits by the river";

const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", svg: "image/svg+xml", woff2: "font/woff2" };

/** How the server is set up: every document of a lot is checked. */
export const SERVER = { MUNIMENT_QUALITY_LOTS: "all" };

export const checks = { passed: 0, failed: [] };

/** Runs one check; a failure is told and counted, and the next one runs all the same. */
export async function check(name, run) {
  const begun = Date.now();
  try {
    const said = await run();
    checks.passed++;
    console.log(`ok    ${name}${said ? `: ${said}` : ""} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  } catch (error) {
    checks.failed.push(name);
    console.log(`FAIL  ${name}: ${error?.message ?? error}`);
    await checks.world?.remember(checks.failed.length).catch(() => {});
  }
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

export function percentile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** A data folder, the program, and everything that has to be ended. */
export class World {
  constructor(program, pictures) {
    this.program = program;
    this.pictures = pictures;
    this.folder = mkdtempSync(join(tmpdir(), "muniment-web-"));
    this.violations = [];
    checks.world = this;
    mkdirSync(pictures, { recursive: true });
  }

  /** What steers the tests, or whoever runs them, must not steer the program. */
  environment() {
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MUNIMENT_")));
    return { ...own, HOME: this.folder, XDG_CONFIG_HOME: join(this.folder, "config") };
  }

  run(...words) {
    return this.runWith({}, ...words);
  }

  /** Runs the program with settings of its own, such as the token of whoever does it. */
  runWith(settings, ...words) {
    const done = spawnSync(this.program, ["--data", join(this.folder, "data"), ...words], {
      encoding: "utf8",
      env: { ...this.environment(), ...settings },
      cwd: this.folder,
      timeout: 900_000,
    });
    // 3: done, with something for a person to look at.
    if (done.status !== 0 && done.status !== 3) throw new Error(`muniment ${words.join(" ")} ended with ${done.status}: ${done.stderr}`);
    return done.stdout;
  }

  /** Puts documents into the archive: new ones, or with MUNIMENT_WEB_DATA a copy of a folder that has some. */
  prepare(charts, seed, most) {
    if (process.env.MUNIMENT_WEB_DATA) cpSync(process.env.MUNIMENT_WEB_DATA, join(this.folder, "data"), { recursive: true });
    else this.run("ingest", this.scans(charts, seed, most), "--batch", "Box 12", "--sheets", "120");
  }

  /** Makes charts and cuts them into one file per document, as a scanner with separator sheets gives them. */
  scans(charts, seed, most) {
    const made = join(this.folder, `charts-${seed}`);
    const cut = join(this.folder, `scans-${seed}`);
    mkdirSync(cut);
    this.run("samples", "generate", made, "--charts", String(charts), "--seed", String(seed), "--dpi", "200", "--degrade", "office", "--container", "tiff-g4");
    let count = 0;
    for (const name of readdirSync(made).filter((each) => each.endsWith(".truth.json")).sort()) {
      const truth = JSON.parse(readFileSync(join(made, name), "utf8"));
      const documents = new Map();
      for (const page of truth.pages) documents.set(page.document?.number ?? 0, [...(documents.get(page.document?.number ?? 0) ?? []), page]);
      for (const [number, pages] of documents) {
        if (count >= most) return cut;
        if (pages.some((page) => page.blank || page.foreign_patient || page.upright)) continue;
        const from = pages.map((page) => page.page - 1).join(",");
        const to = join(cut, `${truth.file.replace(/\..*$/, "")}-${String(number).padStart(2, "0")}.tif`);
        const done = spawnSync("tiffcp", [`${join(made, truth.file)},${from}`, to], { encoding: "utf8", timeout: 60_000 });
        if (done.status !== 0) throw new Error(`tiffcp: ${done.stderr}`);
        count++;
      }
    }
    return cut;
  }

  async serve() {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    this.server = spawn(this.program, ["--data", join(this.folder, "data"), "serve", "--listen", `127.0.0.1:${port}`], {
      env: { ...this.environment(), ...SERVER },
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [this.server.stdout, this.server.stderr])
      stream.on("data", (piece) => {
        said += piece;
        if (process.env.MUNIMENT_WEB_LOG) writeFileSync(process.env.MUNIMENT_WEB_LOG, said);
      });
    const end = Date.now() + 60_000;
    while (Date.now() < end) {
      if (this.server.exitCode !== null) throw new Error(`the server ended: ${said}`);
      const up = await fetch(`${this.url}/healthz`).catch(() => null);
      const link = /(\S+\/link#\S+)/.exec(said)?.[1];
      if (up?.ok && link) return this.#fresh(link, port);
      await sleep(100);
    }
    throw new Error(`the server did not come up: ${said}`);
  }

  /** With MUNIMENT_WEB_DIST the pages come from that folder, so that they can be worked on without building the program. */
  async #fresh(link, port) {
    const dist = process.env.MUNIMENT_WEB_DIST;
    if (!dist) return link;
    const own = await freePort();
    const before = this.url;
    this.url = `http://127.0.0.1:${own}`;
    this.pages = serveHttp((asked, answer) => {
      const path = new URL(asked.url, this.url).pathname;
      const onward = /^\/(api|oidc|healthz|readyz|metrics)/.test(path);
      const file = join(dist, path.includes(".") ? path : "index.html");
      const passed = request({ port, host: "127.0.0.1", path: onward ? asked.url : "/", method: asked.method, headers: onward ? asked.headers : { ...asked.headers, "accept-encoding": "identity" } }, (got) => {
        if (onward) {
          answer.writeHead(got.statusCode, got.headers);
          got.pipe(answer);
          return;
        }
        got.resume();
        const { "content-length": _, "content-type": __, etag: ___, ...headers } = got.headers;
        if (!existsSync(file)) return answer.writeHead(404).end();
        answer.writeHead(200, { ...headers, "content-type": TYPES[file.split(".").pop()] ?? "application/octet-stream" });
        answer.end(readFileSync(file));
      });
      passed.on("error", () => answer.destroy());
      if (onward) asked.pipe(passed);
      else passed.end();
    });
    await new Promise((done) => this.pages.listen(own, "127.0.0.1", done));
    return link.replace(before, this.url);
  }

  async browse() {
    this.browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, headless: true });
  }

  /** A browser of its own for one person. */
  async person(options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(Number(process.env.MUNIMENT_WEB_PATIENCE ?? 60_000));
    page.on("console", (message) => {
      const words = message.text();
      if (/Content Security Policy|Permissions policy violation/.test(words)) this.violations.push(words);
    });
    page.on("pageerror", (error) => this.violations.push(`page error: ${error.message}`));
    return page;
  }

  /** Keeps what every open page shows after a failure. */
  async remember(failure) {
    const pages = this.browser?.contexts().flatMap((context) => context.pages()) ?? [];
    for (const [index, page] of pages.entries()) await this.picture(page, `failed-${failure}-${index + 1}`);
  }

  async picture(page, name) {
    await page.screenshot({ path: join(this.pictures, `${name}.png`) });
  }

  async end() {
    await this.browser?.close().catch(() => {});
    this.pages?.closeAllConnections();
    this.pages?.close();
    if (this.server && this.server.exitCode === null) {
      this.server.kill("SIGTERM");
      await Promise.race([new Promise((done) => this.server.once("exit", done)), sleep(10_000)]);
      if (this.server.exitCode === null) this.server.kill("SIGKILL");
    }
    if (!process.env.MUNIMENT_WEB_KEEP) rmSync(this.folder, { recursive: true, force: true });
  }
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Opens a one-time link and chooses a password. */
export async function enrol(page, link) {
  await page.goto(link);
  await page.getByRole("button", { name: "Use the link" }).click();
  await page.locator("[name=new-password]").fill(PASSWORD);
  await page.locator("[name=repeat-password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("nav").first().waitFor();
}

export async function signIn(page, url, login) {
  await page.goto(`${url}/sign-in`);
  await page.locator("[name=username]").fill(login);
  await page.locator("[name=password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("nav").first().waitFor();
}

/** A token for a program that works in a person's name and may do nothing but this. */
export async function token(page, scopes) {
  return page.evaluate(async (scopes) => {
    const { csrf } = await (await fetch("/api/v1/session")).json();
    const answer = await fetch("/api/v1/me/tokens", {
      method: "POST",
      headers: { "content-type": "application/json", "x-muniment-csrf": csrf },
      body: JSON.stringify({ name: "A program", scopes, days: 1 }),
    });
    if (!answer.ok) throw new Error(`the token: ${answer.status} ${await answer.text()}`);
    return (await answer.json()).token;
  }, scopes);
}

/** What axe-core finds on the page, as lines. */
export async function axe(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } }),
  );
  return found.violations.flatMap((violation) =>
    violation.nodes.slice(0, 3).map((node) => `${violation.id}: ${node.target.join(" ")}${node.any[0]?.message ? ` (${node.any[0].message})` : ""}`),
  );
}

/** Waits until what changed is on the screen. */
export async function painted(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Waits until the page image stands still: it glides to where it is wanted, on a busy machine for long. */
export async function still(page) {
  const place = () => page.evaluate(() => document.querySelector("[data-overlay]")?.getAttribute("transform"));
  for (let [before, same] = [await place(), 0]; same < 4; ) {
    await sleep(150);
    const now = await place();
    same = now === before ? same + 1 : 0;
    before = now;
  }
}

/** Waits until the page that the viewer is to show is drawn. */
export async function pageDrawn(page) {
  await page.waitForFunction(() => {
    const viewer = document.querySelector("[data-viewer]");
    return viewer?.dataset.drawn && viewer.dataset.drawn === viewer.dataset.page;
  });
}

/** Waits until the page image of the document in work is drawn; returns the document, or "none" when nothing waits. */
export async function drawn(page, not) {
  const handle = await page.waitForFunction(
    (before) => {
      const id = document.querySelector("[data-document]")?.dataset.document;
      if (document.body.textContent.includes("Nothing waits to be verified")) return "none";
      const viewer = document.querySelector("[data-viewer]");
      return id && id !== before && viewer?.dataset.drawn && viewer.dataset.drawn === viewer.dataset.page ? id : null;
    },
    not ?? null,
    { polling: 16 },
  );
  return handle.jsonValue();
}
