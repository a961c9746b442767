/** One record: its pages, its versions, where it came from, until when it is kept and why. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Download, Gavel, Printer } from "lucide-react";
import { call } from "../api/client";
import { Badge, Button, Card, Facts, parts } from "../design/parts";
import { Loaded } from "../design/states";
import { text } from "../text";
import { day, time } from "../text/dates";
import { aboutDocument } from "./about";
import { RecordFrame } from "./frame";
import style from "./record.module.css";
import type { RecordView, VersionView } from "./types";

export default function RecordScreen() {
  const { record } = useParams({ strict: false }) as { record: string };
  const view = useQuery({ queryKey: ["record", record], queryFn: () => call<RecordView>("GET", `/records/${record}`) });
  return <Loaded query={view}>{(data) => <Shown view={data} />}</Loaded>;
}

function Shown({ view }: { view: RecordView }) {
  const t = text.record;
  const { document, versions, retention, holds, provenance } = view;
  return (
    <RecordFrame
      document={document}
      badge={<Badge tone={view.state === "archived" ? "ok" : "info"}>{text.stateName(view.state)}</Badge>}
      subject={{ records: [view.record] }}
      actions={(giveOut) => (
        <>
          <Button onClick={() => giveOut("export")}>
            <Download size={16} aria-hidden="true" /> {t.export}
          </Button>
          <Button onClick={() => giveOut("print")}>
            <Printer size={16} aria-hidden="true" /> {t.print}
          </Button>
        </>
      )}
    >
      {holds.map((hold) => (
        <Badge key={hold} tone="verify">
          <Gavel size={14} aria-hidden="true" /> {t.held(hold)}
        </Badge>
      ))}
      <Facts items={[...aboutDocument(document), [t.id, <code key="id">{view.record}</code>]]} />
      <Card title={t.retention}>
        <p className={style.keep}>
          {retention.keep_until ? t.keptUntil(day(retention.keep_until)) : t.keptIndefinitely}
        </p>
        <ol className={style.why}>
          {retention.why.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ol>
        <p className={parts.hint}>{t.noAdvice}</p>
      </Card>
      <Card title={t.versions}>
        <ol className={style.timeline}>
          {versions.map((version) => (
            <li key={version.number}>
              <strong>{t.version(version.number)}</strong>{" "}
              <Badge tone={version.in_error ? "verify" : undefined}>
                {version.in_error ? t.inError : text.stateName(version.state)}
              </Badge>
              <p className={parts.muted}>{said(version)}</p>
            </li>
          ))}
        </ol>
        {view.hidden_in_error > 0 && <p className={parts.hint}>{t.hiddenInError(view.hidden_in_error)}</p>}
      </Card>
      {provenance && (
        <Card title={t.provenance}>
          <Facts
            items={[
              [t.verifiedBy, `${provenance.verified_by}, ${time(provenance.verified_at)}`],
              [t.readBy, provenance.read_by.join(", ") || "–"],
              [t.madeBy, provenance.program],
              [
                t.originals,
                <ul key="originals">
                  {provenance.originals.map((original) => (
                    <li key={original.path}>
                      <code>{original.path}</code>
                      <br />
                      <code className={parts.muted} title={original.sha256}>
                        SHA-256 {original.sha256.slice(0, 16)}…
                      </code>
                    </li>
                  ))}
                </ul>,
              ],
            ]}
          />
        </Card>
      )}
    </RecordFrame>
  );
}

function said(version: VersionView): string {
  const t = text.record;
  return [
    t.acceptedBy(version.accepted_by, time(version.accepted_at)),
    version.reviewed_by && t.reviewedBy(version.reviewed_by),
    version.archived_at && t.archivedAt(time(version.archived_at)),
    version.locked_until && t.lockedUntil(time(version.locked_until)),
    version.correction && text.kindName(version.correction),
  ]
    .filter(Boolean)
    .join(" · ");
}
