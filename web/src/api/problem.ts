/** An answer that says no, as the server words it (application/problem+json). */

export interface ProblemBody {
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  request_id?: string;
  permission?: string;
  retry_after?: number;
  [more: string]: unknown;
}

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  readonly permission: string | undefined;
  readonly body: ProblemBody;

  constructor(status: number, body: ProblemBody, requestId?: string) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? (status === 0 ? "offline" : `http-${status}`);
    this.requestId = body.request_id ?? requestId;
    this.permission = body.permission;
    this.body = body;
  }

  /** The server was not reached at all. */
  get offline(): boolean {
    return this.status === 0;
  }

  /** Trying again later may help. */
  get passing(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(-1, { code: "program", detail: error instanceof Error ? error.message : String(error) });
}
