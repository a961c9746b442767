/** A key as it is printed on the keyboard. */
import style from "./kbd.module.css";
import { chordsOf, type KeyId } from "./registry";

const NAMES: Record<string, string> = { Enter: "↵", Escape: "Esc", "Ctrl+Enter": "Ctrl ↵" };

export function spell(chord: string): string {
  return (
    NAMES[chord] ??
    chord
      .replaceAll("+", " ")
      .replace(/^ $/, "+")
      .replace(/^[a-z]$/, (letter) => letter.toUpperCase())
  );
}

export function Kbd({ of }: { of: KeyId | { chord: string } }) {
  const chord = typeof of === "string" ? chordsOf(of)[0] : of.chord;
  if (!chord) return null;
  return (
    <kbd className={style.kbd} aria-hidden="true">
      {spell(chord)}
    </kbd>
  );
}

/** For aria-keyshortcuts. */
export function shortcutOf(id: KeyId): string | undefined {
  const chords = chordsOf(id);
  return chords.length === 0 ? undefined : chords.map((chord) => chord.replace("Ctrl", "Control")).join(" ");
}
