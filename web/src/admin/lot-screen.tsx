/** The check of a lot: one document of its sample after the other, and beside it what is wrong with it, if anything. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import type { Schemas } from "../api/types";
import { useSession } from "../app/session";
import { Badge, Button, Card, Checkbox, Facts, parts, TextArea } from "../design/parts";
import { Empty, Fault, Loaded, Notice } from "../design/states";
import { aboutDocument } from "../record/about";
import { RecordFrame } from "../record/frame";
import type { DocumentView } from "../record/types";
import { text } from "../text";
import { DEFECT_CLASSES, DEFECTS, type Defect, isReturned } from "./defects";
import { Oversight } from "./oversight";

type Sampled = Schemas["LotDocumentView"];

export default function LotScreen() {
  const t = text.lots;
  const { lot: id } = useParams({ strict: false }) as { lot: string };
  const { session } = useSession();
  const [later, putOff] = useState<string[]>([]);
  const lot = useQuery({
    queryKey: ["lot", id],
    queryFn: () => call<Schemas["LotWithDocuments"]>("GET", `/lots/${id}`),
  });
  return (
    <Loaded query={lot}>
      {({ lot: about, documents }) => {
        const sample = documents.filter((each) => each.sampled !== "no");
        const left = sample.filter((each) => !each.checked_by);
        const mine = left.filter((each) => each.accepted_by === session?.person.id);
        const next = left
          .filter((each) => !mine.includes(each))
          .sort((one, other) => later.indexOf(one.document) - later.indexOf(other.document))[0];
        const progress = t.progress(sample.length - left.length, sample.length);
        if (next && about.state === "open")
          return (
            <CheckOne
              key={next.document}
              lot={id}
              document={next.document}
              progress={progress}
              onLater={
                left.length > 1
                  ? () => putOff([...later.filter((each) => each !== next.document), next.document])
                  : undefined
              }
            />
          );
        return (
          <Oversight title={about.batch_name} lead={<Link to="/oversight/lots">{t.back}</Link>}>
            <Card>
              <Empty
                title={left.length === 0 ? t.doneTitle : progress}
                icon={<CircleCheck size={22} aria-hidden="true" />}
              >
                <p>{left.length === 0 ? t.done : t.others(mine.length)}</p>
              </Empty>
              <Outcome sample={sample.filter((each) => each.checked_by)} />
            </Card>
          </Oversight>
        );
      }}
    </Loaded>
  );
}

/** How often each defect was found. */
function Outcome({ sample }: { sample: Sampled[] }) {
  const t = text.lots;
  const clean = sample.filter((each) => each.defects.length === 0).length;
  const found = DEFECT_CLASSES.flatMap((kind) => [...DEFECTS[kind]]).flatMap((defect): [string, string][] => {
    const count = sample.filter((each) => each.defects.includes(defect)).length;
    return count > 0 ? [[t.defects[defect], text.number(count)]] : [];
  });
  return <Facts items={[[t.clean, text.number(clean)], ...found]} />;
}

interface CheckOneProps {
  lot: string;
  document: string;
  progress: string;
  onLater: (() => void) | undefined;
}

function CheckOne({ lot, document: id, progress, onLater }: CheckOneProps) {
  const t = text.lots;
  const view = useQuery({ queryKey: ["document", id], queryFn: () => call<DocumentView>("GET", `/documents/${id}`) });
  return (
    <Loaded query={view}>
      {(document) => (
        <RecordFrame
          document={document}
          badge={<Badge tone="info">{progress}</Badge>}
          subject={{ documents: [id] }}
          actions={() => (
            <>
              <Link className={parts.button} to="/oversight/lots">
                {t.back}
              </Link>
              {onLater && <Button onClick={onLater}>{t.later}</Button>}
            </>
          )}
        >
          <Facts items={aboutDocument(document)} />
          <Findings lot={lot} document={id} />
        </RecordFrame>
      )}
    </Loaded>
  );
}

/** No form: Enter, which goes on everywhere else, must not say that a document is right which nobody looked at. */
function Findings({ lot, document }: { lot: string; document: string }) {
  const t = text.lots;
  const queries = useQueryClient();
  const [defects, setDefects] = useState<Defect[]>([]);
  const [note, setNote] = useState("");
  const record = useMutation({
    mutationFn: () =>
      call<Schemas["CheckedView"]>("POST", `/lots/${lot}/check`, {
        body: { document, defects, ...(note.trim() ? { note: note.trim() } : {}) },
      }),
    // Also after a refusal: somebody else may have checked it meanwhile.
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["lot", lot] }),
        queries.invalidateQueries({ queryKey: ["lots"] }),
      ]),
  });
  const tick = (defect: Defect, wrong: boolean) =>
    setDefects(wrong ? [...defects, defect] : defects.filter((each) => each !== defect));
  return (
    <section className={parts.stack} aria-label={t.found}>
      <p className={parts.hint}>{t.foundLead}</p>
      {DEFECT_CLASSES.map((kind) => (
        <fieldset key={kind}>
          <legend className={parts.label}>{t.classes[kind]}</legend>
          {DEFECTS[kind].map((defect) => (
            <Checkbox
              key={defect}
              label={t.defects[defect]}
              checked={defects.includes(defect)}
              onChange={(event) => tick(defect, event.target.checked)}
            />
          ))}
        </fieldset>
      ))}
      {defects.length > 0 && (
        <>
          <TextArea
            label={text.common.note}
            hint={t.noteHint}
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          {isReturned(defects) && <Notice tone="check">{t.returned}</Notice>}
        </>
      )}
      <Fault error={record.error} />
      <div className={parts.row}>
        <Button
          look={defects.length > 0 ? "danger" : "primary"}
          disabled={record.isPending || record.isSuccess}
          onClick={() => record.mutate()}
        >
          {defects.length > 0 ? t.record(defects.length) : t.right}
        </Button>
      </div>
    </section>
  );
}
