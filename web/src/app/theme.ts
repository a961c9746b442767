/** Light, dark, or what the system wants. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
const KEY = "muniment.theme";
const ORDER: readonly Theme[] = ["system", "light", "dark"];
const listeners = new Set<() => void>();
let theme: Theme = read();

function read(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** What is shown: what the system wants is known here, so that every colour stands once in the sheets. */
function shown(): "light" | "dark" {
  if (theme !== "system") return theme;
  return dark.matches ? "dark" : "light";
}

function apply(): void {
  document.documentElement.dataset.theme = shown();
  for (const listener of listeners) listener();
}

/** Applies the theme, and follows the system from here on. */
export function followTheme(): void {
  apply();
  dark.addEventListener("change", apply);
}

export function nextTheme(): void {
  theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length] ?? "system";
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing still changes colours.
  }
  apply();
}

/** What the person chose. */
export function useTheme(): Theme {
  return useSyncExternalStore(watch, () => theme);
}

/** What is shown, for what is not drawn by sheets. */
export function useShownTheme(): "light" | "dark" {
  return useSyncExternalStore(watch, shown);
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
