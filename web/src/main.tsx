/** Starts the application. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Problem } from "./api/problem";
import { router } from "./app/router";
import { followTheme } from "./app/theme";
import "./design/tokens.css";
import "./design/base.css";
import { listenForKeys } from "./keys/handler";

followTheme();
listenForKeys();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // What the server has answered with a clear no is not asked again; what did not reach it is.
      retry: (count, error) => count < 2 && (!(error instanceof Problem) || error.passing),
      refetchOnWindowFocus: false,
    },
  },
});

const place = document.getElementById("root");
if (place)
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
