/** What lies on a desk, for the screen to draw. */
import type { Problem } from "../api/problem";
import type * as flow from "./flow";

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

export const EMPTY_DESK: DeskState = {
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

/** A state that screens can watch. */
export class Observed<S> {
  state: S;
  readonly #listeners = new Set<() => void>();

  constructor(state: S) {
    this.state = state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  snapshot = (): S => this.state;

  protected set(change: Partial<S>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
