/** What documents can be, and the labels in use. */

import { useQuery } from "@tanstack/react-query";
import { listOf } from "../api/list";
import type { Kind } from "../api/types";
import { Listed } from "../design/listed";
import { Badge, Card, parts } from "../design/parts";
import { Loaded } from "../design/states";
import { text } from "../text";
import style from "./admin.module.css";
import { Oversight } from "./oversight";

export default function LabelsScreen() {
  const t = text.labels;
  const kinds = useQuery({ queryKey: ["kinds"], queryFn: () => listOf<Kind>("/kinds", { query: { q: "" } }) });
  const labels = useQuery({
    queryKey: ["labels"],
    queryFn: () => listOf<string | { name: string; title?: string }>("/labels", { query: { q: "" } }),
  });
  return (
    <Oversight title={t.title} lead={t.lead}>
      <div className={style.two}>
        <Card title={t.types}>
          <Listed
            query={kinds}
            label={t.types}
            keyOf={(row) => row.name}
            columns={[
              { title: t.name, cell: (row) => row.title },
              { title: t.code, cell: (row) => (row.code ? <code>{row.code}</code> : "–") },
              { title: t.recordClass, cell: (row) => (row.record_class ? text.kindName(row.record_class) : "–") },
            ]}
          />
        </Card>
        <Card title={t.labels}>
          <Loaded
            query={labels}
            empty={(all) => (all.length === 0 ? <p className={parts.muted}>{t.noLabels}</p> : null)}
          >
            {(all) => (
              <ul className={parts.row}>
                {all.map((label) => {
                  const name = typeof label === "string" ? label : (label.title ?? label.name);
                  return (
                    <li key={name}>
                      <Badge>{name}</Badge>
                    </li>
                  );
                })}
              </ul>
            )}
          </Loaded>
        </Card>
      </div>
    </Oversight>
  );
}
