/** Two people typed different things: a third, who was neither, looks at the page and settles it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/client";
import type { Rect } from "../api/types";
import { Button, Card, parts } from "../design/parts";
import { Fault, Loaded } from "../design/states";
import { text } from "../text";
import { Snippet } from "../viewer/snippet";
import style from "./review.module.css";

interface Difference {
  id: string;
  document: string;
  field: string;
  label?: string;
  values: string[];
  image?: string | null;
  width?: number;
  height?: number;
  rect?: Rect | null;
}

export function Differences() {
  const t = text.review;
  const queries = useQueryClient();
  const differences = useQuery({
    queryKey: ["differences"],
    queryFn: async () => {
      const answer = await call<Difference[] | { items: Difference[] }>("GET", "/reviews/differences");
      return Array.isArray(answer) ? answer : answer.items;
    },
  });
  const settle = useMutation({
    mutationFn: ({ id, ...body }: { id: string; choice?: string; value?: string }) =>
      call("POST", `/reviews/differences/${id}`, { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["differences"] }),
  });
  return (
    <Card title={t.differences}>
      <p className={parts.hint}>{t.differencesLead}</p>
      <Fault error={settle.error} />
      <Loaded
        query={differences}
        empty={(all) => (all.length === 0 ? <p className={parts.muted}>{t.noDifferences}</p> : null)}
      >
        {(all) => (
          <ul className={style.differences}>
            {all.map((each) => (
              <One key={each.id} difference={each} onSettle={(body) => settle.mutate({ id: each.id, ...body })} />
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}

function One({
  difference,
  onSettle,
}: {
  difference: Difference;
  onSettle(body: { choice?: string; value?: string }): void;
}) {
  const t = text.review;
  const [value, setValue] = useState("");
  const { image, rect, width, height, label, field } = difference;
  const name = label ?? t.fields[field] ?? text.kindName(field);
  return (
    <li className={style.difference}>
      <h3>{name}</h3>
      {image && rect && width && height && (
        <Snippet page={{ image, width, height, turn: 0 }} rect={rect} label={text.station.snippet(name)} width={420} />
      )}
      <div className={parts.row}>
        {difference.values.map((each) => (
          <Button key={each} onClick={() => onSettle({ choice: each })}>
            <code>{each}</code>
          </Button>
        ))}
        <input
          className={`${parts.input} ${style.neither}`}
          aria-label={t.neither(name)}
          placeholder={t.neither(name)}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
        <Button onClick={() => onSettle({ value })} disabled={value.trim() === ""}>
          {t.settle}
        </Button>
      </div>
    </li>
  );
}
