/** Two people typed different things: a third, who was neither, looks at the page and settles it. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import type { Schemas } from "../api/types";
import { Button, Card, parts } from "../design/parts";
import { Fault, Loaded } from "../design/states";
import { text } from "../text";
import style from "./review.module.css";

type Difference = Schemas["DifferenceView"];
type Settlement = Schemas["SettleBody"];

export function Differences() {
  const t = text.review;
  const queries = useQueryClient();
  const differences = useQuery({
    queryKey: ["differences"],
    queryFn: async () => {
      return listOf<Difference>("/reviews/differences");
    },
  });
  const settle = useMutation({
    mutationFn: ({ id, settlement }: { id: string; settlement: Settlement }) =>
      call("POST", `/reviews/differences/${id}`, { body: settlement }),
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
              <One
                key={each.id}
                difference={each}
                onSettle={(settlement) => settle.mutate({ id: each.id, settlement })}
              />
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}

function One({ difference, onSettle }: { difference: Difference; onSettle(settlement: Settlement): void }) {
  const t = text.review;
  const [own, setOwn] = useState({ patient_number: "", birth_date: "" });
  const { first, second, document } = difference;
  const fields = (["patient_number", "birth_date"] as const).filter((name) => first[name] !== second[name]);
  return (
    <li className={style.difference}>
      <div className={parts.row}>
        <strong>{fields.map((name) => t.fields[name]).join(", ")}</strong>
        <Link to="/documents/$document" params={{ document }}>
          {t.lookAtPages}
        </Link>
      </div>
      <div className={parts.row}>
        {([first, second] as const).map((keyed, index) => (
          <Button
            key={index === 0 ? "first" : "second"}
            onClick={() => onSettle({ choice: index === 0 ? "first" : "second" })}
          >
            <code>{[keyed.patient_number, keyed.birth_date].filter(Boolean).join(" · ")}</code>
          </Button>
        ))}
      </div>
      <div className={parts.row}>
        {(["patient_number", "birth_date"] as const).map((name) => (
          <input
            key={name}
            className={`${parts.input} ${style.neither}`}
            aria-label={t.neither(t.fields[name] ?? name)}
            placeholder={t.neither(t.fields[name] ?? name)}
            value={own[name]}
            onChange={(event) => setOwn({ ...own, [name]: event.target.value })}
          />
        ))}
        <Button onClick={() => onSettle({ value: own })} disabled={own.patient_number.trim() === ""}>
          {t.settle}
        </Button>
      </div>
    </li>
  );
}
