/** Uploads that go on where they stopped: the tus protocol 1.0 (creation, checksum left to the server's own digest). */
import { csrfToken } from "../api/client";
import { Problem } from "../api/problem";

const PIECE = 8 * 1024 * 1024;
const ATTEMPTS = 6;

export interface UploadOptions {
  metadata: Record<string, string>;
  onProgress(sent: number, of: number): void;
  signal: AbortSignal;
}

export async function upload(file: File, { metadata, onProgress, signal }: UploadOptions): Promise<void> {
  const created = await send("/api/v1/uploads", {
    method: "POST",
    headers: {
      "upload-length": String(file.size),
      "upload-metadata": encode({ filename: file.name, ...metadata }),
    },
    signal,
  });
  const place = created.headers.get("location");
  if (!place) throw new Problem(created.status, { code: "no-location" });
  let offset = 0;
  let failures = 0;
  while (offset < file.size) {
    try {
      const answer = await send(place, {
        method: "PATCH",
        headers: { "upload-offset": String(offset), "content-type": "application/offset+octet-stream" },
        body: file.slice(offset, offset + PIECE),
        signal,
      });
      offset = Number(answer.headers.get("upload-offset") ?? offset + PIECE);
      failures = 0;
    } catch (error) {
      if (signal.aborted || !(error instanceof Problem) || !error.passing || ++failures >= ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** failures));
      // The server knows how much has arrived.
      const head = await send(place, { method: "HEAD", signal });
      offset = Number(head.headers.get("upload-offset") ?? offset);
    }
    onProgress(offset, file.size);
  }
}

/** Names and values as the header writes them: base64 of UTF-8. */
export function encode(metadata: Record<string, string>): string {
  return Object.entries(metadata)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name} ${btoa(String.fromCharCode(...new TextEncoder().encode(value)))}`)
    .join(",");
}

async function send(address: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address, {
      ...init,
      credentials: "same-origin",
      headers: { "tus-resumable": "1.0.0", "x-muniment-csrf": csrfToken(), ...init.headers },
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, { code: "offline" });
  }
  if (!answer.ok) {
    const body = await answer.json().catch(() => ({}));
    throw new Problem(answer.status, body, answer.headers.get("x-request-id") ?? undefined);
  }
  return answer;
}
