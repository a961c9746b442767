/** One request with everything about it, and what may be done with it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ReasonDialog } from "../admin/reason-dialog";
import { call } from "../api/client";
import { FormDialog } from "../design/form-dialog";
import { Button, Dialog, DialogFoot, Facts, parts, Select, TextField } from "../design/parts";
import { Loaded } from "../design/states";
import { text } from "../text";
import { day, time } from "../text/dates";
import { ReleaseDialog } from "./release-dialog";
import { patientOf, type RecordsRequest, recipientOf, scopeOf } from "./words";

type Step = "release" | "extend" | "refuse" | "withdraw";

export function RequestDialog({ id, onClose }: { id: string; onClose(): void }) {
  const t = text.requests;
  const queries = useQueryClient();
  const [step, go] = useState<Step | null>(null);
  const request = useQuery({
    queryKey: ["request", id],
    queryFn: () => call<RecordsRequest>("GET", `/requests/${id}`),
  });
  const done = () => {
    void queries.invalidateQueries({ queryKey: ["requests"] });
    void queries.invalidateQueries({ queryKey: ["request", id] });
    go(null);
  };
  const extend = useMutation({
    mutationFn: (reason: string) => call("POST", `/requests/${id}/extend`, { body: { reason } }),
    onSuccess: done,
  });
  const withdraw = useMutation({ mutationFn: () => call("POST", `/requests/${id}/withdraw`), onSuccess: done });
  if (step === "release") return <ReleaseDialog id={id} onClose={() => go(null)} onDone={done} />;
  if (step === "refuse") return <Refuse id={id} onClose={() => go(null)} onDone={done} />;
  if (step === "extend")
    return (
      <ReasonDialog
        title={t.extendDo}
        lead={t.extendLead}
        doing={extend}
        onClose={() => go(null)}
        onReason={extend.mutate}
      />
    );
  if (step === "withdraw")
    return (
      <FormDialog title={t.withdraw} ready doing={withdraw} onClose={() => go(null)}>
        <p>{t.withdrawLead}</p>
      </FormDialog>
    );
  return (
    <Dialog title={t.entry(id.slice(0, 8))} onClose={onClose} wide>
      <Loaded query={request}>
        {(row) => {
          const waits = row.state === "open" || row.state === "extended";
          return (
            <>
              <RequestFacts row={row} />
              <DialogFoot>
                <Button onClick={onClose}>{text.common.close}</Button>
                {row.may_withdraw && <Button onClick={() => go("withdraw")}>{t.withdraw}</Button>}
                {row.may_answer && waits && <Button onClick={() => go("refuse")}>{t.refuseDo}</Button>}
                {row.may_answer && row.state === "open" && !row.overdue && (
                  <Button onClick={() => go("extend")}>{t.extendDo}</Button>
                )}
                {row.may_answer && (waits || row.state === "released") && (
                  <Button look="primary" onClick={() => go("release")}>
                    {t.releaseDo}
                  </Button>
                )}
              </DialogFoot>
            </>
          );
        }}
      </Loaded>
    </Dialog>
  );
}

function RequestFacts({ row }: { row: RecordsRequest }) {
  const t = text.requests;
  const items: [string, React.ReactNode][] = [
    [t.state, row.overdue ? t.overdue : (t.states[row.state] ?? row.state)],
    [t.received, day(row.received)],
    [t.due, day(row.due)],
    [t.patient, patientOf(row)],
    [t.scope, scopeOf(row)],
    [t.purpose, t.purposes[row.purpose] ?? row.purpose],
    [t.authority, t.authorities[row.authority] ?? row.authority],
    [t.reference, row.recipient.reference || null],
    [t.recipient, recipientOf(row.recipient)],
    [t.address, row.recipient.address || null],
    [t.openedBy, `${row.opened_by.name}, ${time(row.opened_at)}`],
    [t.assignedTo, row.assigned_to?.name],
  ];
  if (row.extended_on) items.push([t.extended, `${day(row.extended_on)}: ${row.extension_reason ?? ""}`]);
  if (row.refusal) items.push([t.refusal, `${t.refusals[row.refusal] ?? row.refusal}: ${row.refusal_note ?? ""}`]);
  for (const release of row.releases)
    items.push([
      t.releases,
      <span key={release.entry} className={parts.stack}>
        <span>{t.release(time(release.released_at), release.records.length)}</span>
        <span className={parts.muted}>
          {t.manifest} <code>{release.manifest.slice(0, 16)}…</code>
        </span>
      </span>,
    ]);
  return <Facts items={items} />;
}

function Refuse({ id, onClose, onDone }: { id: string; onClose(): void; onDone(): void }) {
  const t = text.requests;
  const [reason, choose] = useState("not-authorised");
  const [note, write] = useState("");
  const refuse = useMutation({
    mutationFn: () => call("POST", `/requests/${id}/refuse`, { body: { reason, note } }),
    onSuccess: onDone,
  });
  return (
    <FormDialog title={t.refuseDo} danger doing={refuse} onClose={onClose}>
      <Select label={t.refuseReason} value={reason} onChange={choose} options={Object.entries(t.refusals)} />
      <TextField
        label={t.inWords}
        required
        maxLength={500}
        value={note}
        onChange={(event) => write(event.target.value)}
      />
    </FormDialog>
  );
}
