/** Every key of the application. The handler, the help sheet and the palette all read this table and nothing else. */
import { text } from "../text";

export type KeyGroup = "everywhere" | "station" | "page" | "search" | "assemble" | "review";

export interface KeyDefinition {
  /** Written as Ctrl+Alt+Shift+Key; a single character is a single-letter key, which works outside inputs only. */
  chords: readonly string[];
  group: KeyGroup;
  /** Shown in the palette. */
  command?: boolean;
}

const definitions = {
  help: { chords: ["?"], group: "everywhere", command: true },
  palette: { chords: ["Ctrl+K"], group: "everywhere" },
  focusSearch: { chords: ["/"], group: "everywhere", command: true },
  goVerify: { chords: [], group: "everywhere", command: true },
  goQueue: { chords: [], group: "everywhere", command: true },
  goReview: { chords: [], group: "everywhere", command: true },
  goWork: { chords: [], group: "everywhere", command: true },
  theme: { chords: [], group: "everywhere", command: true },
  signOut: { chords: [], group: "everywhere", command: true },
  leaveField: { chords: ["Escape"], group: "everywhere" },
  confirm: { chords: ["Enter"], group: "station" },
  accept: { chords: ["Ctrl+Enter"], group: "station", command: true },
  patient: { chords: ["Alt+P"], group: "station", command: true },
  kind: { chords: ["Alt+T"], group: "station", command: true },
  labels: { chords: ["Alt+L"], group: "station", command: true },
  secondReview: { chords: ["Alt+R"], group: "station", command: true },
  postpone: { chords: ["Alt+H"], group: "station", command: true },
  reject: { chords: ["Alt+X"], group: "station", command: true },
  escalate: { chords: ["Alt+S"], group: "station", command: true },
  capture: { chords: ["Alt+C"], group: "station", command: true },
  undo: { chords: ["Alt+U"], group: "station", command: true },
  goAssemble: { chords: ["m", "s"], group: "station", command: true },
  rotateRight: { chords: ["r"], group: "page", command: true },
  rotateLeft: { chords: ["Shift+R"], group: "page", command: true },
  previousPage: { chords: ["["], group: "page" },
  nextPage: { chords: ["]"], group: "page" },
  fit: { chords: ["0"], group: "page", command: true },
  zoomIn: { chords: ["+", "="], group: "page", command: true },
  zoomOut: { chords: ["-"], group: "page", command: true },
  nextHit: { chords: ["j"], group: "search" },
  previousHit: { chords: ["k"], group: "search" },
  nextHitPage: { chords: ["n"], group: "search" },
  previousHitPage: { chords: ["p"], group: "search" },
  split: { chords: ["s"], group: "assemble", command: true },
  merge: { chords: ["m"], group: "assemble", command: true },
  hide: { chords: ["h"], group: "assemble", command: true },
  toggleSelect: { chords: ["x"], group: "assemble" },
  moveEarlier: { chords: [","], group: "assemble", command: true },
  moveLater: { chords: ["."], group: "assemble", command: true },
} satisfies Record<string, KeyDefinition>;

export type KeyId = keyof typeof definitions;
export const KEYS: Record<KeyId, KeyDefinition> = definitions;
export const KEY_IDS = Object.keys(definitions) as KeyId[];

export function labelOf(id: KeyId): string {
  return text.keys[id];
}

export function isSingle(chord: string): boolean {
  return [...chord.replace(/^Shift\+/, "")].length === 1;
}

/** Writes what was pressed as a chord; `null` for a modifier alone and for AltGr. */
export function chordOf(
  event: Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">,
): string | null {
  const ctrl = event.ctrlKey || event.metaKey;
  if (["Control", "Alt", "Shift", "Meta", "AltGraph"].includes(event.key)) return null;
  if (ctrl && event.altKey) return null;
  let key = event.key;
  if (event.altKey && !/^[a-z0-9]$/i.test(key)) {
    // Alt makes other characters of letters on some systems.
    const letter = /^Key([A-Z])$/.exec(event.code);
    if (letter?.[1]) key = letter[1];
  }
  if (key.length === 1 && /[a-z]/i.test(key)) {
    if (ctrl || event.altKey)
      return `${ctrl ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${key.toUpperCase()}`;
    return event.shiftKey ? `Shift+${key.toUpperCase()}` : key.toLowerCase();
  }
  if (key.length === 1) return `${ctrl ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${key}`;
  return `${ctrl ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${key}`;
}

const SINGLES = "muniment.keys.single";
const REMAPPED = "muniment.keys.remapped";

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function singlesOn(): boolean {
  return kept(SINGLES) !== "off";
}

export function switchSingles(on: boolean): void {
  localStorage.setItem(SINGLES, on ? "on" : "off");
}

function remapped(): Partial<Record<KeyId, string>> {
  try {
    return JSON.parse(kept(REMAPPED) ?? "{}");
  } catch {
    return {};
  }
}

/** Gives a single-letter key another character; `null` goes back to its own. */
export function remap(id: KeyId, chord: string | null): void {
  const all = remapped();
  if (chord === null) delete all[id];
  else all[id] = chord;
  localStorage.setItem(REMAPPED, JSON.stringify(all));
}

export function chordsOf(id: KeyId): readonly string[] {
  const own = remapped()[id];
  const chords = KEYS[id].chords;
  return own && chords.some(isSingle) ? [own] : chords;
}
