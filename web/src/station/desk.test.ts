import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../api/problem";
import type { Claim, Field } from "../api/types";
import { Desk } from "./desk";
import type { DeskApi } from "./desk-api";
import { tabDrafts } from "./drafts";
import * as flow from "./flow";

const PATIENT = {
  id: "p1",
  number: "H 4471 902",
  name: "KOWALCZYK, Anna",
  authority: "",
  born: "1957-03-14",
  score: 0.98,
  matched: ["number", "name"],
};

const ACCEPTED = { record: "r", final_at: "2026-01-01T00:00:00Z", second_review: false };

function field(name: string, level: Field["level"], value = "x"): Field {
  return { name, label: name, value, confidence: 0.5, level, candidates: [] };
}

function claim(id: string, fields: Field[] = []): Claim {
  return {
    lease: { token: `lease-${id}`, expires_at: new Date(Date.now() + 600_000).toISOString(), seconds: 600 },
    document: {
      id,
      batch: { id: "b", name: "Box" },
      source: "a.pdf",
      state: "ready",
      pages: [],
      fields,
      patient: { candidates: [PATIENT] },
      kind: field("kind", "confident", "clinic-letter"),
      labels: [],
      draft: null,
      splits_suggested: [],
      version: 1,
    },
  };
}

function fake(ids: Claim[], over: Partial<DeskApi> = {}) {
  const calls: string[] = [];
  const api: DeskApi = {
    next: async () => ids.shift() ?? null,
    claim: async (id) => claim(id),
    renew: async () => ({ expires_at: new Date(Date.now() + 600_000).toISOString() }),
    release: async (id) => void calls.push(`release ${id}`),
    saveDraft: async (id) => {
      calls.push(`draft ${id}`);
      return { saved_at: "", version: 2 };
    },
    accept: async (id) => {
      calls.push(`accept ${id}`);
      return ACCEPTED;
    },
    decide: async (id, what) => void calls.push(`${what} ${id}`),
    undo: async () => ({ document: "a" }),
    station: async (id) => claim(id).document,
    ...over,
  };
  return { desk: new Desk(api, tabDrafts("me")), calls };
}

const settle = () => vi.advanceTimersByTimeAsync(10);

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
});
afterEach(() => vi.useRealTimers());

describe("Enter", () => {
  it("accepts a clean document with one key, and the next is on screen at once", async () => {
    const { desk, calls } = fake([claim("a"), claim("b"), claim("c")]);
    await desk.open();
    await settle();
    expect(desk.state.step).toBe("accept");
    desk.enter("accept");
    expect(desk.state.current?.claim.document.id).toBe("b");
    await settle();
    expect(calls).toContain("accept a");
  });

  it("walks the uncertain fields; on the last it confirms and accepts", async () => {
    const { desk, calls } = fake([
      claim("a", [
        field("author", "check"),
        field("document_date", "confident"),
        field("birth_date", "verify", "1957-03-14"),
      ]),
    ]);
    await desk.open();
    expect(desk.state.step).toBe("author");
    desk.enter("author");
    expect(desk.state.step).toBe("birth_date");
    desk.enter("birth_date");
    await settle();
    expect(calls).toContain("accept a");
  });

  it("shows what a person entered themselves once more before it is accepted", async () => {
    const { desk, calls } = fake([claim("a", [field("author", "check")])]);
    await desk.open();
    desk.change((entry) => flow.type(entry, "author", "Dr Hallinan"));
    desk.enter("author");
    expect(desk.state.step).toBe("accept");
    expect(calls).not.toContain("accept a");
    desk.enter("accept");
    await settle();
    expect(calls).toContain("accept a");
  });
});

describe("accepting", () => {
  it("is refused while something must be verified, and goes there", async () => {
    const { desk, calls } = fake([
      claim("a", [field("author", "confident"), field("birth_date", "verify", "1957-03-14")]),
    ]);
    await desk.open();
    expect(desk.accept()).toBe(false);
    expect(desk.state.step).toBe("birth_date");
    expect(calls).not.toContain("accept a");
  });

  it("is refused while the page's number is not the patient's", async () => {
    const { desk } = fake([claim("a", [field("patient_number", "confident", "H 9999")])]);
    await desk.open();
    expect(desk.accept()).toBe(false);
    expect(desk.state.refused[0]).toMatchObject({ kind: "disagrees", field: "patient_number" });
  });

  it("that the server refuses comes back as it was typed", async () => {
    const refuse = async () => {
      throw new Problem(422, { code: "unconfirmed", detail: "Confirm the author." });
    };
    const { desk } = fake([claim("a", [field("author", "confident")]), claim("b")], { accept: refuse });
    await desk.open();
    await settle();
    desk.change((entry) => flow.type(entry, "author", "Dr Hallinan"));
    desk.accept();
    await settle();
    expect(desk.state.current?.claim.document.id).toBe("b");
    expect(desk.state.returned).toHaveLength(1);
    await desk.undo();
    expect(desk.state.current?.entry.values.author).toBe("Dr Hallinan");
  });
});

describe("a document that was just accepted", () => {
  it("is not taken again while its answer is awaited", async () => {
    let answer = () => {};
    const queue = [claim("a")];
    const { desk } = fake(queue, {
      accept: () =>
        new Promise((done) => {
          answer = () => done(ACCEPTED);
        }),
    });
    await desk.open();
    await settle();
    queue.push(claim("a"));
    expect(desk.accept()).toBe(true);
    await desk.fetchAhead();
    expect(desk.state.current).toBeNull();
    answer();
    await settle();
    expect(desk.state.status).toBe("empty");
  });
});

describe("what became doubtful since it was fetched", () => {
  it("is asked about when the server refuses", async () => {
    const refuse = async () => {
      throw new Problem(422, { code: "unconfirmed", detail: "Confirm the number.", fields: ["patient_number"] });
    };
    const station = async (id: string) => claim(id, [field("patient_number", "verify", PATIENT.number)]).document;
    const first = claim("a", [field("patient_number", "confident", PATIENT.number)]);
    const { desk } = fake([first], { accept: refuse, station });
    await desk.open();
    await settle();
    expect(desk.accept()).toBe(true);
    await settle();
    expect(desk.state.current?.claim.document.id).toBe("a");
    expect(desk.accept()).toBe(false);
    expect(desk.state.refused[0]).toMatchObject({ kind: "verify", field: "patient_number" });
  });
});

describe("what was typed", () => {
  it("is saved after a rest, once", async () => {
    const { desk, calls } = fake([claim("a", [field("author", "check")])]);
    await desk.open();
    desk.change((entry) => flow.type(entry, "author", "D"));
    desk.change((entry) => flow.type(entry, "author", "Dr"));
    await vi.advanceTimersByTimeAsync(900);
    expect(calls.filter((each) => each === "draft a")).toHaveLength(1);
    expect(desk.state.saving).toBe("saved");
  });

  it("survives a lost hold and goes on when the document is claimed again", async () => {
    let lost = true;
    const { desk } = fake([claim("a", [field("author", "check")])], {
      saveDraft: async () => {
        if (lost) throw new Problem(409, { code: "claim-lost" });
        return { saved_at: "", version: 3 };
      },
    });
    await desk.open();
    desk.change((entry) => flow.type(entry, "author", "Dr H"));
    await vi.advanceTimersByTimeAsync(900);
    expect(desk.state.current?.lost).toBe(true);
    expect(desk.accept()).toBe(false);
    lost = false;
    await desk.claimAgain();
    expect(desk.state.current?.lost).toBe(false);
    expect(desk.state.current?.entry.values.author).toBe("Dr H");
    expect(desk.state.saving).toBe("saved");
  });

  it("survives a lost network and is saved when it is back", async () => {
    let offline = true;
    const { desk } = fake([claim("a", [field("author", "check")])], {
      saveDraft: async () => {
        if (offline) throw new Problem(0, { code: "offline" });
        return { saved_at: "" };
      },
    });
    await desk.open();
    desk.change((entry) => flow.type(entry, "author", "Dr H"));
    await vi.advanceTimersByTimeAsync(900);
    expect(desk.state.saving).toBe("offline");
    offline = false;
    await vi.advanceTimersByTimeAsync(6000);
    expect(desk.state.saving).toBe("saved");
  });

  it("survives a reload", async () => {
    const first = fake([claim("a", [field("author", "check")])]);
    await first.desk.open();
    first.desk.change((entry) => flow.type(entry, "author", "Dr Hallinan"));
    const second = fake([claim("a", [field("author", "check")])]);
    await second.desk.open();
    expect(second.desk.state.current?.entry.values.author).toBe("Dr Hallinan");
  });

  it("comes back after a reload whatever the queue gives first", async () => {
    const first = fake([claim("b", [field("author", "check")])]);
    await first.desk.open();
    first.desk.change((entry) => flow.type(entry, "author", "Dr Hallinan"));
    const second = fake([claim("a")], { claim: async (id) => claim(id, [field("author", "check")]) });
    await second.desk.open();
    expect(second.desk.state.current?.claim.document.id).toBe("b");
    expect(second.desk.state.current?.entry.values.author).toBe("Dr Hallinan");
  });
});

describe("the patient", () => {
  it("is asked about first when the match is doubtful", async () => {
    const doubtful = claim("a", [field("author", "check")]);
    doubtful.document.patient.candidates = [{ ...PATIENT, score: 0.6, matched: ["name"] }];
    const { desk } = fake([doubtful]);
    await desk.open();
    expect(desk.state.step).toBe("patient");
    desk.enter("patient");
    expect(desk.state.step).toBe("author");
  });

  it("that nobody knows is made new out of the page, after a look", async () => {
    const unknown = claim("a", [
      field("patient_number", "confident", "77-1"),
      field("patient_name", "confident", "DOE, Jo"),
    ]);
    unknown.document.patient.candidates = [];
    const { desk } = fake([unknown]);
    await desk.open();
    expect(desk.state.step).toBe("patient");
    expect(desk.accept()).toBe(false);
    desk.change((entry) => flow.confirm(entry, "patient"));
    const work = desk.state.current;
    expect(work && flow.acceptance(work).new_patient).toEqual({ number: "77-1", name: "DOE, Jo" });
  });

  it("that was made known is known to what was fetched before", async () => {
    const unknown = (id: string) => {
      const made = claim(id, [field("patient_number", "confident", PATIENT.number)]);
      made.document.patient.candidates = [];
      return made;
    };
    const station = async (id: string) => claim(id, [field("patient_number", "confident", PATIENT.number)]).document;
    const { desk, calls } = fake([unknown("a"), unknown("b"), unknown("c")], { station });
    await desk.open();
    await settle();
    desk.enter("patient");
    expect(desk.state.current?.claim.document.id).toBe("b");
    expect(desk.state.step).toBe("patient");
    await settle();
    expect(desk.state.step).toBe("accept");
    expect(desk.state.ahead[0]?.claim.document.patient.candidates).toHaveLength(1);
    desk.enter("accept");
    expect(calls).not.toContain("accept b");
    await vi.advanceTimersByTimeAsync(400);
    desk.enter("accept");
    await settle();
    expect(calls).toContain("accept b");
  });

  it("is not taken from under the hands of somebody who entered something", async () => {
    const unknown = (id: string) => {
      const made = claim(id, [field("patient_number", "confident", PATIENT.number), field("author", "check")]);
      made.document.patient.candidates = [];
      return made;
    };
    const { desk } = fake([unknown("a"), unknown("b")]);
    await desk.open();
    await settle();
    desk.enter("patient");
    desk.enter("author");
    desk.change((entry) => flow.type(entry, "author", "Dr H"));
    await settle();
    expect(desk.state.current?.entry.values.author).toBe("Dr H");
    expect(desk.state.step).toBe("patient");
  });
});
