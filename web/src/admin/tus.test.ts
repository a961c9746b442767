import { afterEach, describe, expect, it, vi } from "vitest";
import { encode, upload } from "./tus";

afterEach(() => vi.unstubAllGlobals());

describe("an upload", () => {
  it("writes names of files in any script", () => {
    expect(encode({ filename: "Zürich.pdf", batch: "" })).toBe("filename WsO8cmljaC5wZGY=");
  });

  it("goes on where it stopped when the connection breaks", async () => {
    const calls: string[] = [];
    let arrived = 0;
    let broken = true;
    vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
      const headers = init.headers as Record<string, string>;
      calls.push(`${init.method} ${headers["upload-offset"] ?? ""}`.trim());
      if (init.method === "POST") return new Response(null, { status: 201, headers: { location: "/uploads/1" } });
      if (init.method === "HEAD")
        return new Response(null, { status: 200, headers: { "upload-offset": String(arrived) } });
      expect(address).toBe("/uploads/1");
      if (broken) {
        broken = false;
        arrived = 2;
        throw new TypeError("network");
      }
      arrived += (init.body as Blob).size;
      return new Response(null, { status: 204, headers: { "upload-offset": String(arrived) } });
    });
    const progress: number[] = [];
    await upload(new File(["hello"], "a.tif"), {
      metadata: {},
      onProgress: (sent) => progress.push(sent),
      signal: new AbortController().signal,
    });
    expect(calls).toEqual(["POST", "PATCH 0", "HEAD", "PATCH 2"]);
    expect(progress.at(-1)).toBe(5);
  });
});
