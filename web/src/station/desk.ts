/** The documents on a person's desk: the one in work, those fetched ahead, those that came back. No screen in here. */
import { asProblem, type Problem } from "../api/problem";
import type { Claim, Station } from "../api/types";
import type { Decision, DeskApi } from "./desk-api";
import { type DeskState, EMPTY_DESK, Observed } from "./desk-state";
import type { Drafts } from "./drafts";
import * as flow from "./flow";
import { isLost, renewHolds } from "./renewal";

const DEPTH = 2;
const REST = 800;
const RETRY = 5_000;
/** A key that is pressed so soon after the question changed answers the one before, in milliseconds. */
const SETTLE = 300;
/** How long a person may look at another screen before documents go back. */
const PATIENCE = 10_000;

export class Desk extends Observed<DeskState> {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewing: ReturnType<typeof setInterval> | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  #opening: Promise<void> = Promise.resolve();
  #fetching = false;
  #closed = false;
  /** Accepted here, and not yet answered: the server may still call them ours. */
  readonly #sent = new Set<string>();
  /** Until when Enter is meant for what stood here before. */
  #settles = 0;

  constructor(
    private readonly api: DeskApi,
    private readonly drafts: Drafts,
  ) {
    super(EMPTY_DESK);
  }

  /** Opens a document, or the next that waits. */
  open(document?: string): Promise<void> {
    clearTimeout(this.#leaving);
    this.#closed = false;
    this.#keepHolding();
    // One after the other: a screen that is drawn twice does not take two documents.
    this.#opening = this.#opening.then(() => this.#open(document));
    return this.#opening;
  }

  async #open(document?: string): Promise<void> {
    if (document && this.state.current?.claim.document.id === document) return;
    const ready = document ? this.state.ahead.find((work) => work.claim.document.id === document) : undefined;
    if (ready) {
      const others = this.state.ahead.filter((work) => work !== ready);
      this.set({ ahead: this.state.current ? [this.state.current, ...others] : others });
      this.#show(ready);
      return;
    }
    if (!document && this.state.current) return;
    this.set({ status: "starting", problem: null });
    try {
      const claim = document ? await this.api.claim(document) : ((await this.#lastTime()) ?? (await this.api.next({})));
      if (this.state.current && claim) this.set({ ahead: [this.state.current, ...this.state.ahead] });
      if (claim) this.#show(this.#begin(claim));
      else this.set({ status: "empty", current: null });
    } catch (error) {
      this.set({ status: "failed", problem: asProblem(error) });
      return;
    }
    void this.fetchAhead();
  }

  /** The document that was in work before the page was loaded again, if it can still be had. */
  async #lastTime(): Promise<Claim | null> {
    const last = this.drafts.inWork();
    return last ? this.api.claim(last).catch(() => null) : null;
  }

  /** Gives back to the queue what was only fetched ahead or looked at, unless the person is back at once. */
  leave(): void {
    void this.saveNow();
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => this.#giveBack(), PATIENCE);
  }

  #giveBack(): void {
    this.#closed = true;
    clearInterval(this.#renewing);
    this.#renewing = undefined;
    for (const work of this.state.ahead)
      if (!work.dirty) void this.api.release(work.claim.document.id, work.claim.lease.token).catch(() => {});
    const current = this.state.current;
    if (current && !current.dirty && current.entry.confirmed.length === 0) {
      void this.api.release(current.claim.document.id, current.claim.lease.token).catch(() => {});
      this.set({ current: null });
      this.drafts.open(null);
    }
    this.set({ ahead: [] });
  }

  #begin(claim: Claim): flow.Work {
    const work = flow.begin(claim);
    const kept = this.drafts.read(claim.document.id);
    if (!kept) return work;
    return { ...work, entry: { ...work.entry, ...kept }, dirty: true };
  }

  #show(work: flow.Work): void {
    const step = flow.nextStep(work.claim.document, work.entry, null) ?? "accept";
    this.drafts.open(work.claim.document.id);
    this.set({
      status: "working",
      current: work,
      step,
      refused: [],
      problem: null,
      saving: work.dirty ? "saving" : "no",
    });
    if (work.dirty) this.#saveSoon();
  }

  async fetchAhead(): Promise<void> {
    if (this.#fetching || this.#closed) return;
    this.#fetching = true;
    try {
      while (this.state.ahead.length < DEPTH && !this.#closed) {
        const last = this.state.ahead.at(-1) ?? this.state.current;
        const claim = await this.api.next({ prefetch: true, ...(last ? { after: last.claim.document.id } : {}) });
        if (!claim || !this.#take(claim)) break;
      }
    } catch {
      // Tried again after the next document; until then there is one less ahead.
    } finally {
      this.#fetching = false;
    }
  }

  /** Puts a claimed document behind the others; says whether it was new here. */
  #take(claim: Claim): boolean {
    const id = claim.document.id;
    if (this.#sent.has(id)) return false;
    const here = [this.state.current, ...this.state.ahead, ...this.state.returned.map((each) => each.work)];
    if (here.some((work) => work?.claim.document.id === id)) return false;
    if (!this.state.current && this.state.status !== "failed") this.#show(this.#begin(claim));
    else this.set({ ahead: [...this.state.ahead, this.#begin(claim)] });
    return true;
  }

  change(make: (entry: flow.Entry) => flow.Entry): void {
    const work = this.state.current;
    if (!work) return;
    const entry = make(work.entry);
    if (entry === work.entry) return;
    this.drafts.keep(work.claim.document.id, entry);
    this.set({ current: { ...work, entry, dirty: true }, refused: [], saving: "saving" });
    this.#saveSoon();
  }

  focus(step: string): void {
    if (step !== this.state.step) this.set({ step });
  }

  /**
   * Enter: confirms what is in focus and goes to the next thing; with none left it accepts. What a person entered
   * themselves is shown once more before it is accepted.
   */
  enter(step: string | null): void {
    const work = this.state.current;
    if (!work || performance.now() < this.#settles) return;
    const named = step !== null && step !== "accept";
    const own = named && !work.entry.confirmed.includes(step) && flow.isOwn(work, step);
    if (named) this.change((entry) => flow.confirm(entry, step));
    if (own || flow.nextStep(work.claim.document, this.state.current?.entry ?? work.entry, step)) this.goOn(step);
    else this.accept();
  }

  /** Goes to the next thing that asks for attention, or to the button that accepts. */
  goOn(from: string | null): void {
    const work = this.state.current;
    if (work) this.set({ step: flow.nextStep(work.claim.document, work.entry, from) ?? "accept" });
  }

  /** Accepts and shows the next document at once; the server's answer is awaited behind it. */
  accept(): boolean {
    const work = this.state.current;
    if (!work || work.lost) return false;
    const refused = flow.obstacles(work.claim.document, work.entry);
    if (refused.length > 0) {
      const first = refused[0];
      const step = first && ("field" in first ? first.field : first.kind === "type" ? "kind" : "patient");
      this.set({ refused, step: step ?? "accept" });
      return false;
    }
    performance.mark("accepted", { detail: work.claim.document.id });
    clearTimeout(this.#timer);
    this.#sent.add(work.claim.document.id);
    this.set({ pending: this.state.pending + 1, accepted: this.state.accepted + 1 });
    this.#advance();
    void this.#finish(work);
    return true;
  }

  async #finish(work: flow.Work): Promise<void> {
    const id = work.claim.document.id;
    try {
      const answer = await this.api.accept(id, flow.acceptance(work));
      this.#sent.delete(id);
      this.drafts.forget(id);
      this.set({ pending: this.state.pending - 1, undoable: true });
      if (answer?.next) this.#take(answer.next);
      if (!this.state.current) await this.#refill(id);
      if (flow.isFresh(work.entry)) await this.#lookAnew();
      void this.fetchAhead();
    } catch (error) {
      const problem = asProblem(error);
      const seen = problem.code === "unconfirmed" ? await this.#seenAnew(work, problem) : work;
      const back = { work: { ...seen, dirty: true }, problem };
      this.#sent.delete(id);
      this.set({
        pending: this.state.pending - 1,
        accepted: this.state.accepted - 1,
        returned: [...this.state.returned, back],
      });
      if (!this.state.current) this.reopen();
    }
  }

  /**
   * What was fetched ahead may have become doubtful since: a patient was noted meanwhile. The server's view of the fields
   * takes the place of ours, and what it wants to be looked at asks for it again. What was typed stays.
   */
  async #seenAnew(work: flow.Work, problem: Problem): Promise<flow.Work> {
    const wanted = Array.isArray(problem.body.fields) ? problem.body.fields.map(String) : [];
    const confirmed = work.entry.confirmed.filter((name) => !wanted.includes(name));
    const entry = { ...work.entry, confirmed };
    try {
      const document = await this.api.station(work.claim.document.id);
      return { ...flow.seenAs(work, document), entry };
    } catch {
      return { ...work, entry };
    }
  }

  /**
   * A patient was made known: what was fetched before may be about them and still call them new. What nobody has touched
   * is asked for again, so that nobody makes the same patient twice.
   */
  async #lookAnew(): Promise<void> {
    const untouched = (work: flow.Work | null) => work !== null && !work.dirty && work.entry.confirmed.length === 0;
    for (const before of [this.state.current, ...this.state.ahead].filter(untouched)) {
      if (!before) continue;
      const id = before.claim.document.id;
      const document = await this.api.station(id).catch(() => null);
      if (!document) continue;
      this.#swap(id, (work) => (work.entry === before.entry ? flow.begin({ ...work.claim, document }) : work));
      const now = this.state.current;
      if (now?.claim.document.id !== id || now.entry === before.entry) continue;
      const step = flow.nextStep(document, now.entry, null) ?? "accept";
      if (step !== this.state.step) this.#settles = performance.now() + SETTLE;
      this.set({ step });
    }
  }

  #advance(): void {
    const [next, ...ahead] = this.state.ahead;
    if (next) {
      this.set({ ahead });
      this.#show(next);
    } else {
      this.drafts.open(null);
      this.set({ current: null, status: "starting", refused: [] });
    }
  }

  async #refill(after: string): Promise<void> {
    try {
      const claim = await this.api.next({ after });
      if (this.state.current) {
        if (claim) this.#take(claim);
      } else if (claim && !this.#sent.has(claim.document.id)) this.#show(this.#begin(claim));
      else this.set({ status: this.state.pending > 0 ? "starting" : "empty" });
    } catch (error) {
      if (!this.state.current) this.set({ status: "failed", problem: asProblem(error) });
    }
  }

  /** Goes back to a document whose acceptance was refused, as it was entered. */
  reopen(): boolean {
    const [back, ...returned] = this.state.returned;
    if (!back) return false;
    const ahead = this.state.current ? [this.state.current, ...this.state.ahead] : this.state.ahead;
    this.set({ returned, ahead });
    this.#show({ ...back.work, lost: back.problem.code === "claim-lost" || back.problem.status === 409 });
    this.set({ problem: back.problem });
    return true;
  }

  async decide(what: Decision, body: Record<string, unknown>): Promise<unknown> {
    const work = this.state.current;
    if (!work) return null;
    await this.saveNow();
    const id = work.claim.document.id;
    const answer = await this.api.decide(id, what, { lease: work.claim.lease.token, ...body });
    this.drafts.forget(id);
    this.set({ undoable: true });
    this.#advance();
    if (!this.state.current) await this.#refill(id);
    void this.fetchAhead();
    return answer;
  }

  /** Takes the last decision back and opens its document; or opens one that the server did not accept. */
  async undo(): Promise<"undone" | "reopened"> {
    if (this.reopen()) return "reopened";
    const { document } = await this.api.undo();
    const claim = await this.api.claim(document);
    if (this.state.current) this.set({ ahead: [this.state.current, ...this.state.ahead] });
    this.set({ undoable: false, accepted: Math.max(0, this.state.accepted - 1) });
    this.#show(this.#begin(claim));
    return "undone";
  }

  /** Takes a document again whose hold was lost; what was typed goes on top. */
  async claimAgain(): Promise<void> {
    const work = this.state.current;
    if (!work) return;
    const claim = await this.api.claim(work.claim.document.id);
    this.set({ current: { ...work, claim, lost: false, dirty: true }, problem: null, saving: "saving" });
    await this.saveNow();
  }

  /** Leaves a lost document and goes on. */
  async skip(): Promise<void> {
    const id = this.state.current?.claim.document.id;
    this.#advance();
    if (!this.state.current && id) await this.#refill(id);
    void this.fetchAhead();
  }

  /** Takes over the pages as the server has them now. */
  replace(station: Station): void {
    this.#swap(station.id, (work) => flow.seenAs(work, station));
  }

  #saveSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.saveNow(), REST);
  }

  async saveNow(): Promise<void> {
    clearTimeout(this.#timer);
    const work = this.state.current;
    if (!work?.dirty || work.lost) return;
    const { document, lease } = work.claim;
    try {
      const answer = await this.api.saveDraft(document.id, lease.token, flow.draftOf(work.entry));
      const now = this.state.current;
      if (now?.claim.document.id !== document.id) return;
      const version = answer?.version ?? now.claim.document.version;
      const claim = { ...now.claim, document: { ...now.claim.document, version } };
      const same = now.entry === work.entry;
      this.set({ current: { ...now, claim, dirty: !same }, saving: same ? "saved" : "saving" });
    } catch (error) {
      const problem = asProblem(error);
      if (this.state.current?.claim.document.id !== document.id) return;
      if (isLost(problem)) this.#lose(document.id, problem);
      else {
        this.set({ saving: problem.offline ? "offline" : "failed", problem: problem.offline ? null : problem });
        if (problem.passing) this.#timer = setTimeout(() => void this.saveNow(), RETRY);
      }
    }
  }

  #lose(document: string, problem: Problem): void {
    const current = this.state.current;
    if (current?.claim.document.id === document) this.set({ current: { ...current, lost: true }, problem });
    else this.set({ ahead: this.state.ahead.filter((work) => work.claim.document.id !== document) });
  }

  #keepHolding(): void {
    if (this.#renewing) return;
    this.#renewing = setInterval(() => void this.renew(), 20_000);
  }

  async renew(): Promise<void> {
    const works = [this.state.current, ...this.state.ahead].filter((work) => work !== null);
    for (const { document, until, problem } of await renewHolds(works, this.api, Date.now())) {
      if (until) this.#swap(document, (work) => flow.heldUntil(work, until));
      else if (problem) this.#lose(document, problem);
    }
  }

  /** Changes a document of the desk, if it is still here. */
  #swap(document: string, make: (work: flow.Work) => flow.Work): void {
    const swap = (work: flow.Work) => (work.claim.document.id === document ? make(work) : work);
    this.set({ current: this.state.current && swap(this.state.current), ahead: this.state.ahead.map(swap) });
  }
}
