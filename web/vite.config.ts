import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The server serves dist/ under a strict policy (default-src 'self'): nothing may be inlined.
export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    // A test compares the server's own list of defects with ours.
    fs: { allow: [".", "../src/chart"] },
    proxy: {
      "/api": "http://127.0.0.1:8420",
      "/iiif": "http://127.0.0.1:8420",
      "/uploads": "http://127.0.0.1:8420",
      "/oidc": "http://127.0.0.1:8420",
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
