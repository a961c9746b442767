/** A document that is no record yet, only read. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../api/client";
import type { Station } from "../api/types";
import { may, useSession } from "../app/session";
import { Badge, Button, Facts, parts } from "../design/parts";
import { Loaded } from "../design/states";
import { text } from "../text";
import { GiveOut } from "./give-out";
import { PagesView } from "./pages-view";
import style from "./record.module.css";

export default function DocumentScreen() {
  const t = text.record;
  const { document } = useParams({ strict: false }) as { document: string };
  const { session } = useSession();
  const [giving, give] = useState(false);
  const view = useQuery({
    queryKey: ["document", document],
    queryFn: () => call<Station>("GET", `/documents/${document}`),
  });
  return (
    <Loaded query={view}>
      {(station) => {
        const title = station.kind?.value ? text.kindName(station.kind.value) : t.untitled;
        return (
          <div className={style.record}>
            <PagesView title={title} pages={station.pages} />
            <aside className={style.pane} aria-label={t.about}>
              <div className={style.head}>
                <h1>{title}</h1>
                <Badge>{text.stateName(station.state)}</Badge>
              </div>
              <div className={parts.row}>
                {may(session, "label") && (
                  <Link className={parts.button} to="/verify/$document" params={{ document: station.id }}>
                    {text.shell.verify}
                  </Link>
                )}
                <Button onClick={() => give(true)}>{t.export}</Button>
              </div>
              <Facts
                items={[
                  [t.batch, station.batch?.name],
                  ...(station.fields ?? []).map((field) => [field.label, field.value || "–"] as [string, string]),
                  [t.labels, station.labels?.join(", ") || "–"],
                ]}
              />
            </aside>
            {giving && (
              <GiveOut
                what="export"
                subject={{ documents: [station.id] }}
                document={station.id}
                onClose={() => give(false)}
              />
            )}
          </div>
        );
      }}
    </Loaded>
  );
}
