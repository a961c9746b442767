/** The one listener for keys: finds what a chord means here and now, and does it. */
import { useEffect, useRef } from "react";
import { chordOf, chordsOf, isSingle, KEY_IDS, type KeyId, singlesOn } from "./registry";

export type Handlers = Partial<Record<KeyId, () => void>>;

/** Later ones lie above earlier ones, as screens lie above the shell. */
const layers: { current: Handlers }[] = [];

export function activeKeys(): Map<KeyId, () => void> {
  const found = new Map<KeyId, () => void>();
  for (const layer of layers) {
    for (const id of KEY_IDS) {
      const act = layer.current[id];
      if (act) found.set(id, act);
    }
  }
  return found;
}

/** Makes keys work for as long as the calling part is on screen. */
export function useKeys(handlers: Handlers): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    layers.push(latest);
    return () => {
      layers.splice(layers.indexOf(latest), 1);
    };
  }, []);
}

const TYPING =
  "input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable=true]";
const OWN_ENTER =
  "button, a[href], summary, textarea, select, [role=option], [role=menuitem], input[type=checkbox], input[type=file]";

/** Says whether a chord is the focused element's own business. */
export function belongsTo(element: Element | null, chord: string): boolean {
  if (!element) return false;
  const open = element.getAttribute("role") === "combobox" && element.getAttribute("aria-expanded") === "true";
  if (open && ["Enter", "Escape"].includes(chord)) return true;
  if (chord === "Enter") return element.matches(OWN_ENTER) || element.closest("form[data-own-enter]") !== null;
  return isSingle(chord) && element.matches(TYPING);
}

export function handleKey(event: KeyboardEvent): void {
  const chord = chordOf(event);
  if (!chord || event.defaultPrevented || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  if (isSingle(chord) && !singlesOn()) return;
  if (belongsTo(event.target instanceof Element ? event.target : null, chord)) return;
  for (let depth = layers.length - 1; depth >= 0; depth--) {
    const layer = layers[depth];
    const id = KEY_IDS.find((each) => layer?.current[each] && chordsOf(each).includes(chord));
    const act = id && layer?.current[id];
    if (act) {
      event.preventDefault();
      event.stopPropagation();
      if (!(event.repeat && (id === "confirm" || id === "accept"))) act();
      return;
    }
  }
}

/** Leaves a field, so that single letters are keys again. */
export function leaveFocus(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

export function listenForKeys(): void {
  window.addEventListener("keydown", handleKey, { capture: true });
}
