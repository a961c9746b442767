/** The keys that work on this screen, out of the same table that handles them. Single letters can be changed or switched off. */
import { useEffect, useState } from "react";
import { Checkbox, Dialog, parts } from "../design/parts";
import { activeKeys } from "../keys/handler";
import { Kbd } from "../keys/kbd";
import {
  chordOf,
  chordsOf,
  isSingle,
  KEY_IDS,
  KEYS,
  type KeyGroup,
  type KeyId,
  labelOf,
  remap,
  singlesOn,
  switchSingles,
} from "../keys/registry";
import { text } from "../text";
import style from "./palette.module.css";

export function KeyHelp({ onClose }: { onClose(): void }) {
  const [active] = useState(() => new Set(activeKeys().keys()));
  const [singles, setSingles] = useState(singlesOn());
  const [changing, setChanging] = useState<KeyId | null>(null);

  useEffect(() => {
    if (!changing) return;
    const take = (event: KeyboardEvent) => {
      const chord = chordOf(event);
      if (!chord) return;
      event.preventDefault();
      event.stopPropagation();
      if (isSingle(chord)) remap(changing, chord);
      else if (chord === "Backspace") remap(changing, null);
      setChanging(null);
    };
    window.addEventListener("keydown", take, { capture: true });
    return () => window.removeEventListener("keydown", take, { capture: true });
  }, [changing]);

  const groups = new Map<KeyGroup, KeyId[]>();
  for (const id of KEY_IDS) {
    if (!active.has(id) || chordsOf(id).length === 0) continue;
    groups.set(KEYS[id].group, [...(groups.get(KEYS[id].group) ?? []), id]);
  }
  return (
    <Dialog title={text.keyHelp.title} onClose={onClose} wide>
      <div className={style.columns}>
        {[...groups].map(([group, ids]) => (
          <section key={group} className={style.group}>
            <h3>{text.keyHelp.groups[group]}</h3>
            <ul>
              {ids.map((id) => (
                <li key={id} className={style.line}>
                  <span>{labelOf(id)}</span>
                  <span className={style.chords}>
                    {chordsOf(id).some(isSingle) && (
                      <button type="button" className={style.change} onClick={() => setChanging(id)}>
                        {changing === id ? text.keyHelp.press : text.keyHelp.change}
                        <span className={parts.hidden}> {labelOf(id)}</span>
                      </button>
                    )}
                    {chordsOf(id).map((chord) => (
                      <Kbd key={chord} of={{ chord }} />
                    ))}
                    <span className={parts.hidden}>{chordsOf(id).join(", ")}</span>
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <Checkbox
        label={text.keyHelp.switchSingle}
        checked={singles}
        onChange={(event) => {
          switchSingles(event.target.checked);
          setSingles(event.target.checked);
        }}
      />
      <p className={parts.hint}>{text.keyHelp.single}</p>
    </Dialog>
  );
}
