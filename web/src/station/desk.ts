/** The documents on a person's desk: the one in work, those fetched ahead, those that came back. No screen in here. */
import { asProblem, type Problem } from "../api/problem";
import type { Claim, Station } from "../api/types";
import type { Decision, DeskApi } from "./desk-api";
import type { Drafts } from "./drafts";
import * as flow from "./flow";

export interface DeskState {
  status: "starting" | "working" | "empty" | "failed";
  current: flow.Work | null;
  ahead: flow.Work[];
  /** Acceptances that the server refused after the next document was on screen. */
  returned: { work: flow.Work; problem: Problem }[];
  /** What is in focus: a step, or "accept". */
  step: string;
  saving: "no" | "saving" | "saved" | "failed" | "offline";
  problem: Problem | null;
  refused: flow.Obstacle[];
  accepted: number;
  undoable: boolean;
  pending: number;
}

const DEPTH = 2;
const REST = 800;
const RETRY = 5_000;
/** How long a person may look at another screen before documents go back. */
const PATIENCE = 10_000;

export class Desk {
  state: DeskState = {
    status: "starting",
    current: null,
    ahead: [],
    returned: [],
    step: "accept",
    saving: "no",
    problem: null,
    refused: [],
    accepted: 0,
    undoable: false,
    pending: 0,
  };
  #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewing: ReturnType<typeof setInterval> | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  #opening: Promise<void> = Promise.resolve();
  #fetching = false;
  #closed = false;

  constructor(
    private readonly api: DeskApi,
    private readonly drafts: Drafts,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  snapshot = (): DeskState => this.state;

  #set(change: Partial<DeskState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.#listeners) listener();
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
      this.#set({ ahead: this.state.current ? [this.state.current, ...others] : others });
      this.#show(ready);
      return;
    }
    if (!document && this.state.current) return;
    this.#set({ status: "starting", problem: null });
    try {
      const claim = document ? await this.api.claim(document) : await this.api.next({});
      if (this.state.current && claim) this.#set({ ahead: [this.state.current, ...this.state.ahead] });
      if (claim) this.#show(this.#begin(claim));
      else this.#set({ status: "empty", current: null });
    } catch (error) {
      this.#set({ status: "failed", problem: asProblem(error) });
    }
    void this.fetchAhead();
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
      this.#set({ current: null });
    }
    this.#set({ ahead: [] });
  }

  #begin(claim: Claim): flow.Work {
    const work = flow.begin(claim);
    const kept = this.drafts.read(claim.document.id);
    if (!kept) return work;
    return { ...work, entry: { ...work.entry, ...kept }, dirty: true };
  }

  #show(work: flow.Work): void {
    const step = flow.nextStep(work.claim.document, work.entry, null) ?? "accept";
    this.#set({
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
    const here = [this.state.current, ...this.state.ahead, ...this.state.returned.map((each) => each.work)];
    if (here.some((work) => work?.claim.document.id === id)) return false;
    if (!this.state.current && this.state.status !== "failed") this.#show(this.#begin(claim));
    else this.#set({ ahead: [...this.state.ahead, this.#begin(claim)] });
    return true;
  }

  change(make: (entry: flow.Entry) => flow.Entry): void {
    const work = this.state.current;
    if (!work) return;
    const entry = make(work.entry);
    if (entry === work.entry) return;
    this.drafts.keep(work.claim.document.id, entry);
    this.#set({ current: { ...work, entry, dirty: true }, refused: [], saving: "saving" });
    this.#saveSoon();
  }

  focus(step: string): void {
    if (step !== this.state.step) this.#set({ step });
  }

  /** Enter: confirms what is in focus and goes on; with nothing left it accepts. */
  enter(step: string | null): void {
    const work = this.state.current;
    if (!work) return;
    const before = flow.stepsLeft(work.claim.document, work.entry);
    const named = step !== null && step !== "accept";
    if (named) this.change((entry) => flow.confirm(entry, step));
    const entry = this.state.current?.entry ?? work.entry;
    const next = flow.nextStep(work.claim.document, entry, step);
    if (next) this.#set({ step: next });
    else if (named && before.includes(step)) this.#set({ step: "accept" });
    else this.accept();
  }

  /** Accepts and shows the next document at once; the server's answer is awaited behind it. */
  accept(): boolean {
    const work = this.state.current;
    if (!work || work.lost) return false;
    const refused = flow.obstacles(work.claim.document, work.entry);
    if (refused.length > 0) {
      const first = refused[0];
      const step = first && ("field" in first ? first.field : first.kind === "type" ? "kind" : "patient");
      this.#set({ refused, step: step ?? "accept" });
      return false;
    }
    performance.mark("accepted", { detail: work.claim.document.id });
    clearTimeout(this.#timer);
    this.#set({ pending: this.state.pending + 1, accepted: this.state.accepted + 1 });
    this.#advance();
    void this.#finish(work);
    return true;
  }

  async #finish(work: flow.Work): Promise<void> {
    const id = work.claim.document.id;
    try {
      const answer = await this.api.accept(id, flow.acceptance(work));
      this.drafts.forget(id);
      this.#set({ pending: this.state.pending - 1, undoable: true });
      if (answer?.next) this.#take(answer.next);
      if (!this.state.current) await this.#refill(id);
      void this.fetchAhead();
    } catch (error) {
      const problem = asProblem(error);
      const seen = problem.code === "unconfirmed" ? await this.#seenAnew(work, problem) : work;
      const back = { work: { ...seen, dirty: true }, problem };
      this.#set({
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
      return { ...work, entry, claim: { ...work.claim, document: { ...document, draft: null } } };
    } catch {
      return { ...work, entry };
    }
  }

  #advance(): void {
    const [next, ...ahead] = this.state.ahead;
    if (next) {
      this.#set({ ahead });
      this.#show(next);
    } else this.#set({ current: null, status: "starting", refused: [] });
  }

  async #refill(after: string): Promise<void> {
    try {
      const claim = await this.api.next({ after });
      if (this.state.current) {
        if (claim) this.#take(claim);
      } else if (claim) this.#show(this.#begin(claim));
      else this.#set({ status: this.state.pending > 0 ? "starting" : "empty" });
    } catch (error) {
      if (!this.state.current) this.#set({ status: "failed", problem: asProblem(error) });
    }
  }

  /** Goes back to a document whose acceptance was refused, as it was entered. */
  reopen(): boolean {
    const [back, ...returned] = this.state.returned;
    if (!back) return false;
    const ahead = this.state.current ? [this.state.current, ...this.state.ahead] : this.state.ahead;
    this.#set({ returned, ahead });
    this.#show({ ...back.work, lost: back.problem.code === "claim-lost" || back.problem.status === 409 });
    this.#set({ problem: back.problem });
    return true;
  }

  async decide(what: Decision, body: Record<string, unknown>): Promise<unknown> {
    const work = this.state.current;
    if (!work) return null;
    await this.saveNow();
    const id = work.claim.document.id;
    const answer = await this.api.decide(id, what, { lease: work.claim.lease.token, ...body });
    this.drafts.forget(id);
    this.#set({ undoable: true });
    this.#advance();
    if (!this.state.current) await this.#refill(id);
    void this.fetchAhead();
    return answer;
  }

  /** Takes the last decision back and opens its document. */
  async undo(): Promise<void> {
    if (this.reopen()) return;
    const { document } = await this.api.undo();
    const claim = await this.api.claim(document);
    if (this.state.current) this.#set({ ahead: [this.state.current, ...this.state.ahead] });
    this.#set({ undoable: false, accepted: Math.max(0, this.state.accepted - 1) });
    this.#show(this.#begin(claim));
  }

  /** Takes a document again whose hold was lost; what was typed goes on top. */
  async claimAgain(): Promise<void> {
    const work = this.state.current;
    if (!work) return;
    const claim = await this.api.claim(work.claim.document.id);
    this.#set({ current: { ...work, claim, lost: false, dirty: true }, problem: null, saving: "saving" });
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
    const swap = (work: flow.Work): flow.Work =>
      work.claim.document.id === station.id
        ? { ...work, claim: { ...work.claim, document: { ...station, draft: null } } }
        : work;
    this.#set({ current: this.state.current && swap(this.state.current), ahead: this.state.ahead.map(swap) });
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
      this.#set({ current: { ...now, claim, dirty: !same }, saving: same ? "saved" : "saving" });
    } catch (error) {
      const problem = asProblem(error);
      if (this.state.current?.claim.document.id !== document.id) return;
      if (isLost(problem)) this.#lose(document.id, problem);
      else {
        this.#set({ saving: problem.offline ? "offline" : "failed", problem: problem.offline ? null : problem });
        if (problem.passing) this.#timer = setTimeout(() => void this.saveNow(), RETRY);
      }
    }
  }

  #lose(document: string, problem: Problem): void {
    const current = this.state.current;
    if (current?.claim.document.id === document) this.#set({ current: { ...current, lost: true }, problem });
    else this.#set({ ahead: this.state.ahead.filter((work) => work.claim.document.id !== document) });
  }

  #keepHolding(): void {
    if (this.#renewing) return;
    this.#renewing = setInterval(() => void this.renew(), 20_000);
  }

  /** Renews every hold whose time is half gone. */
  async renew(): Promise<void> {
    for (const work of [this.state.current, ...this.state.ahead]) {
      if (!work || work.lost) continue;
      const { document, lease } = work.claim;
      const left = (new Date(lease.expires_at).getTime() - Date.now()) / 1000;
      if (left > lease.seconds / 2) continue;
      try {
        const { expires_at } = await this.api.renew(document.id, lease.token);
        const swap = (each: flow.Work): flow.Work =>
          each.claim.document.id === document.id
            ? { ...each, claim: { ...each.claim, lease: { ...each.claim.lease, expires_at } } }
            : each;
        this.#set({ current: this.state.current && swap(this.state.current), ahead: this.state.ahead.map(swap) });
      } catch (error) {
        const problem = asProblem(error);
        if (isLost(problem)) this.#lose(document.id, problem);
      }
    }
  }
}

function isLost(problem: Problem): boolean {
  return problem.code === "claim-lost" || [404, 409, 410].includes(problem.status);
}
