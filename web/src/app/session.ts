/** Who is signed in. One place asks the server; every screen reads it from here. */
import { useSyncExternalStore } from "react";
import { call, onSessionEnd, rememberSession } from "../api/client";
import { asProblem, Problem } from "../api/problem";
import type { Session } from "../api/types";
import { setZone } from "../text/dates";

export interface SessionState {
  known: "asking" | "out" | "in" | "failed";
  session: Session | null;
  problem: Problem | null;
  /** The session ended while somebody worked: the sign-in dialog lies over the screen. */
  again: boolean;
}

let state: SessionState = { known: "asking", session: null, problem: null, again: false };
const listeners = new Set<() => void>();
let waiting: { promise: Promise<void>; resolve: () => void } | null = null;

function set(next: Partial<SessionState>): void {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
}

export function currentSession(): SessionState {
  return state;
}

export function useSession(): SessionState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

export async function askSession(): Promise<void> {
  try {
    enter(await call<Session>("GET", "/session", { anonymous: true }));
  } catch (error) {
    const problem = asProblem(error);
    if (problem.status === 401) set({ known: "out", session: null, problem: null });
    else set({ known: "failed", problem });
  }
}

export async function signIn(login: string, password: string, code?: string): Promise<void> {
  const body = code ? { login, password, code } : { login, password };
  enter(await call<Session>("POST", "/session", { body, anonymous: true }));
}

export async function signInByLink(token: string): Promise<void> {
  enter(await call<Session>("POST", "/session/link", { body: { token }, anonymous: true }));
}

export function enter(session: Session): void {
  const before = state.session;
  rememberSession(session);
  setZone(session.facility?.zone);
  // Work typed by one person never continues under another's name.
  if (state.again && before && before.person.id !== session.person.id) {
    forgetWork();
    location.assign("/");
    return;
  }
  set({ known: "in", session, problem: null, again: false });
  waiting?.resolve();
  waiting = null;
}

export async function signOut(): Promise<void> {
  try {
    await call("DELETE", "/session", { anonymous: true });
  } catch (error) {
    if (!(error instanceof Problem && error.status === 401)) throw error;
  }
  forgetWork();
  rememberSession(null);
  location.assign("/sign-in");
}

/** Every permission's name is compared without regard to how its words are joined. */
export function may(session: Session | null, permission: string): boolean {
  if (!session) return false;
  const wanted = plain(permission);
  return Object.entries(session.permissions).some(([name, extent]) => plain(name) === wanted && Boolean(extent));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "");
}

function forgetWork(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("muniment.draft.")) sessionStorage.removeItem(key);
}

onSessionEnd(() => {
  if (!waiting) {
    let resolve = () => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    waiting = { promise, resolve };
  }
  if (state.known === "in") set({ again: true });
  return waiting.promise;
});
