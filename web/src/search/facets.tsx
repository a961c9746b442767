/** What narrows a search: counts per value, within the rights of whoever asks. */
import { parts } from "../design/parts";
import { text } from "../text";
import style from "./search.module.css";

export type Filters = Record<string, string>;
export const FILTERS = ["kind", "label", "batch", "patient", "state", "confidence", "from", "to"] as const;

const SHOWN = 6;

interface FacetsProps {
  facets: Record<string, { value: string; label?: string | null; count: number }[]>;
  filters: Filters;
  onChange(filters: Filters): void;
}

export function Facets({ facets, filters, onChange }: FacetsProps) {
  const groups = Object.entries(facets).filter(
    ([name, values]) => values.length > 0 && !filters[name] && !(name === "date" && filters.from),
  );
  const set = (name: string, value: string) => {
    const { [name]: _, ...rest } = filters;
    onChange(value ? { ...rest, [name]: value } : rest);
  };
  const choose = (name: string, value: string) => {
    if (name !== "date") set(name, value);
    else onChange({ ...filters, ...span(value) });
  };
  return (
    <details className={style.facets}>
      <summary>{text.search.narrow}</summary>
      <div className={style.groups}>
        {groups.map(([name, values]) => (
          <fieldset key={name}>
            <legend>{text.search.facetNames[name] ?? text.kindName(name)}</legend>
            {values.slice(0, SHOWN).map(({ value, label, count }) => (
              <button key={value} type="button" className={style.facet} onClick={() => choose(name, value)}>
                <span>{label ?? text.kindName(value)}</span>
                <span className={parts.muted}>{text.number(count)}</span>
              </button>
            ))}
          </fieldset>
        ))}
        <fieldset>
          <legend>{text.search.dates}</legend>
          {(["from", "to"] as const).map((end) => (
            <label key={end} className={parts.labelled}>
              <span className={parts.hint}>{text.search[end]}</span>
              <input
                className={parts.input}
                type="date"
                value={filters[end] ?? ""}
                onChange={(event) => set(end, event.target.value)}
              />
            </label>
          ))}
        </fieldset>
      </div>
    </details>
  );
}

/** The days of a year, a month or a day, as the value of a facet says it. */
export function span(value: string): { from: string; to: string } {
  if (/^\d{4}$/.test(value)) return { from: `${value}-01-01`, to: `${value}-12-31` };
  const month = /^(\d{4})-(\d{2})$/.exec(value);
  if (!month) return { from: value, to: value };
  const last = new Date(Date.UTC(Number(month[1]), Number(month[2]), 0)).getUTCDate();
  return { from: `${value}-01`, to: `${value}-${last}` };
}
