/** Everything that can be done here, found by its words. */
import { useMemo, useState } from "react";
import { Dialog, parts } from "../design/parts";
import { activeKeys } from "../keys/handler";
import { Kbd } from "../keys/kbd";
import { KEYS, type KeyId, labelOf } from "../keys/registry";
import { text } from "../text";
import style from "./palette.module.css";

export function Palette({ onClose }: { onClose(): void }) {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  // What can be done is what could be done when the palette opened.
  const commands = useMemo(() => [...activeKeys()].filter(([id]) => KEYS[id].command).reverse(), []);
  const found = commands.filter(([id]) => matches(labelOf(id), words));
  const chosen = Math.min(at, found.length - 1);

  function run(id: KeyId, act: () => void) {
    onClose();
    // After the dialog has gone and given focus back.
    setTimeout(act, 0);
    void id;
  }

  return (
    <Dialog title={text.palette.title} onClose={onClose}>
      <input
        className={parts.input}
        role="combobox"
        aria-label={text.palette.placeholder}
        placeholder={text.palette.placeholder}
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[chosen] ? `palette-${found[chosen][0]}` : undefined}
        autoFocus
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            const step = event.key === "ArrowDown" ? 1 : -1;
            setAt((chosen + step + found.length) % Math.max(1, found.length));
          } else if (event.key === "Enter" && found[chosen]) {
            event.preventDefault();
            run(...found[chosen]);
          }
        }}
      />
      <div id="palette-list" role="listbox" aria-label={text.palette.title} className={style.list}>
        {found.map(([id, act], index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the input's, after the combobox pattern
          <div
            key={id}
            id={`palette-${id}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className={index === chosen ? `${style.item} ${style.chosen}` : style.item}
            onClick={() => run(id, act)}
          >
            <span>{labelOf(id)}</span>
            <Kbd of={id} />
          </div>
        ))}
      </div>
      {found.length === 0 && <p className={parts.muted}>{text.palette.nothing}</p>}
    </Dialog>
  );
}

function matches(label: string, words: string): boolean {
  const lower = label.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}
