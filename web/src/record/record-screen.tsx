/** One record: its pages, its versions, where it came from, until when it is kept and why. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Download, Gavel, Printer } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import { Badge, Button, Card, Facts, parts } from "../design/parts";
import { Loaded } from "../design/states";
import { text } from "../text";
import { day, time } from "../text/dates";
import { GiveOut } from "./give-out";
import { PagesView } from "./pages-view";
import style from "./record.module.css";
import type { RecordView } from "./types";

export default function RecordScreen() {
  const { record } = useParams({ strict: false }) as { record: string };
  const view = useQuery({ queryKey: ["record", record], queryFn: () => call<RecordView>("GET", `/records/${record}`) });
  return <Loaded query={view}>{(data) => <Record view={data} />}</Loaded>;
}

export function Record({ view }: { view: RecordView }) {
  const t = text.record;
  const [giving, give] = useState<"export" | "print" | null>(null);
  const { record, versions, retention, pages, holds } = view;
  const title = record.title || (record.kind ? text.kindName(record.kind) : t.untitled);
  const provenance = Array.isArray(view.provenance) ? view.provenance : [];
  return (
    <div className={style.record}>
      <PagesView title={title} pages={pages} />
      <aside className={style.pane} aria-label={t.about}>
        <div className={style.head}>
          <h1>{title}</h1>
          <Badge tone={record.state === "archived" ? "ok" : "info"}>{text.stateName(record.state)}</Badge>
        </div>
        <div className={parts.row}>
          <Button onClick={() => give("export")}>
            <Download size={16} aria-hidden="true" /> {t.export}
          </Button>
          <Button onClick={() => give("print")}>
            <Printer size={16} aria-hidden="true" /> {t.print}
          </Button>
        </div>
        {holds.map((hold) => (
          <Badge key={hold.id} tone="verify">
            <Gavel size={14} aria-hidden="true" /> {t.held(hold.matter)}
          </Badge>
        ))}
        <Facts
          items={[
            [
              t.patient,
              record.patient ? (
                <Link to="/patients/$patient" params={{ patient: record.patient.id }}>
                  {record.patient.name || record.patient.number || t.patient}
                </Link>
              ) : (
                "–"
              ),
            ],
            [t.number, record.patient?.number ? <code>{record.patient.number}</code> : "–"],
            [t.born, day(record.patient?.born) || "–"],
            [t.date, day(record.date) || "–"],
            [t.labels, record.labels?.join(", ") || "–"],
            [t.id, <code key="id">{record.id}</code>],
          ]}
        />
        <Card title={t.retention}>
          {retention ? (
            <>
              <p className={style.keep}>
                {retention.keep_until ? t.keptUntil(day(retention.keep_until)) : t.keptIndefinitely}
              </p>
              <ol className={style.why}>
                {retention.why.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ol>
              <p className={parts.hint}>{t.noAdvice}</p>
            </>
          ) : (
            <p className={parts.muted}>{t.notComputed}</p>
          )}
        </Card>
        <Card title={t.versions}>
          <ol className={style.timeline}>
            {versions.map((version) => (
              <li key={version.version}>
                <strong>{t.version(version.version)}</strong>{" "}
                {version.state && <Badge>{text.stateName(version.state)}</Badge>}
                <p className={parts.muted}>
                  {[time(version.at), version.by?.name, version.reason].filter(Boolean).join(" · ")}
                </p>
              </li>
            ))}
          </ol>
        </Card>
        {provenance.length > 0 && (
          <Card title={t.provenance}>
            <ol className={style.timeline}>
              {provenance.map((each) => (
                <li key={`${each.at}${each.what}`}>
                  {each.what}
                  {each.at && <p className={parts.muted}>{time(each.at)}</p>}
                </li>
              ))}
            </ol>
          </Card>
        )}
      </aside>
      {giving && (
        <GiveOut
          what={giving}
          subject={{ records: [record.id] }}
          document={record.document ?? record.id}
          onClose={() => give(null)}
        />
      )}
    </div>
  );
}
