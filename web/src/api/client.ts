/** Calls the server: same origin, CSRF header, problems as errors, and sign-in again when the session has ended. */
import { Problem, type ProblemBody } from "./problem";
import type { Session } from "./types";

const BASE = "/api/v1";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface CallOptions {
  query?: Record<string, string | number | boolean | undefined | null | readonly string[]>;
  body?: unknown;
  lease?: string;
  signal?: AbortSignal;
  /** Where a 401 means "wrong", not "sign in again". */
  anonymous?: boolean;
  /** Lets the call outlive the page. */
  keepalive?: boolean;
}

let csrf = "";
/** Set by the session's keeper: asks the person to sign in again, resolves when that has happened. */
let signInAgain: (() => Promise<void>) | undefined;

export function rememberSession(session: Session | null): void {
  csrf = session?.csrf ?? "";
}

export function onSessionEnd(ask: (() => Promise<void>) | undefined): void {
  signInAgain = ask;
}

export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  try {
    return (await once(method, path, options)) as T;
  } catch (error) {
    const ended = error instanceof Problem && error.status === 401 && !options.anonymous;
    if (!ended || !signInAgain) throw error;
    await signInAgain();
    return (await once(method, path, options)) as T;
  }
}

/** Calls for an answer that is a file. */
export async function callForFile(method: Method, path: string, options: CallOptions = {}): Promise<Blob> {
  const answer = await send(method, path, options);
  if (!answer.ok) throw await problemOf(answer);
  return answer.blob();
}

export function csrfToken(): string {
  return csrf;
}

async function once(method: Method, path: string, options: CallOptions): Promise<unknown> {
  const answer = await send(method, path, options);
  if (!answer.ok) throw await problemOf(answer);
  if (answer.status === 204 || answer.headers.get("content-length") === "0") return null;
  const text = await answer.text();
  return text === "" ? null : JSON.parse(text);
}

async function send(method: Method, path: string, options: CallOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") headers["x-muniment-csrf"] = csrf;
  if (options.lease) headers["x-muniment-lease"] = options.lease;
  if (options.body !== undefined) headers["content-type"] = "application/json";
  try {
    return await fetch(`${BASE}${path}${queryOf(options.query)}`, {
      method,
      headers,
      credentials: "same-origin",
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
      keepalive: options.keepalive ?? false,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, { code: "offline" });
  }
}

function queryOf(query: CallOptions["query"]): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null || value === "") continue;
    if (Array.isArray(value)) for (const each of value) parts.append(name, each);
    else parts.set(name, String(value));
  }
  const text = parts.toString();
  return text === "" ? "" : `?${text}`;
}

async function problemOf(answer: Response): Promise<Problem> {
  const requestId = answer.headers.get("x-request-id") ?? undefined;
  let body: ProblemBody = {};
  try {
    body = (await answer.json()) as ProblemBody;
  } catch {
    // A proxy's page, or nothing: the status has to do.
  }
  const after = answer.headers.get("retry-after");
  if (after && body.retry_after === undefined) body.retry_after = Number(after);
  return new Problem(answer.status, body, requestId);
}
