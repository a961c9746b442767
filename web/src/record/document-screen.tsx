/** A document that is no record yet, only read. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../api/client";
import { may, useSession } from "../app/session";
import { Badge, Button, Facts, parts } from "../design/parts";
import { Loaded } from "../design/states";
import { text } from "../text";
import { aboutDocument } from "./about";
import { GiveOut } from "./give-out";
import { PagesView } from "./pages-view";
import style from "./record.module.css";
import type { DocumentView } from "./types";

export default function DocumentScreen() {
  const t = text.record;
  const { document: id } = useParams({ strict: false }) as { document: string };
  const { session } = useSession();
  const [giving, give] = useState(false);
  const view = useQuery({ queryKey: ["document", id], queryFn: () => call<DocumentView>("GET", `/documents/${id}`) });
  return (
    <Loaded query={view}>
      {(document) => {
        const title = document.kind ? text.kindName(document.kind) : t.untitled;
        return (
          <div className={style.record}>
            <PagesView title={title} pages={document.pages} />
            <aside className={style.pane} aria-label={t.about}>
              <div className={style.head}>
                <h1>{title}</h1>
                <Badge>{text.stateName(document.state)}</Badge>
              </div>
              <div className={parts.row}>
                {may(session, "label") && !document.record && (
                  <Link className={parts.button} to="/verify/$document" params={{ document: document.id }}>
                    {text.shell.verify}
                  </Link>
                )}
                {document.record && (
                  <Link className={parts.button} to="/records/$record" params={{ record: document.record }}>
                    {text.search.openRecord}
                  </Link>
                )}
                <Button onClick={() => give(true)}>{t.export}</Button>
              </div>
              <Facts items={aboutDocument(document)} />
            </aside>
            {giving && (
              <GiveOut
                what="export"
                subject={{ documents: [document.id] }}
                document={document.id}
                onClose={() => give(false)}
              />
            )}
          </div>
        );
      }}
    </Loaded>
  );
}
