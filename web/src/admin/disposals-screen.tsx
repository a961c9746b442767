/** Disposal: proposal, review, two approvals, certificate. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FileX2 } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import type { Schemas } from "../api/types";
import { may, useSession } from "../app/session";
import { Rows } from "../design/listed";
import { Badge, Button, Card, parts } from "../design/parts";
import { Loaded, Notice } from "../design/states";
import { text } from "../text";
import { time } from "../text/dates";
import { type Disposal, isDue } from "./disposal";
import { DisposalDialog, type Step } from "./disposal-dialog";
import { Oversight } from "./oversight";
import { ReasonDialog } from "./reason-dialog";

type Disposals = Schemas["Disposals"];

export default function DisposalsScreen() {
  const t = text.disposals;
  const { session } = useSession();
  const queries = useQueryClient();
  const [proposing, propose] = useState(false);
  const [cancelling, cancel] = useState<string | null>(null);
  const [deciding, decide] = useState<{ disposal: Disposal; step: Step } | null>(null);
  const disposals = useQuery({ queryKey: ["disposals"], queryFn: () => call<Disposals>("GET", "/disposals") });
  const ending = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) =>
      call("POST", `/disposals/${id}/cancel`, { body: { reason } }),
    onSuccess: () => {
      cancel(null);
      return queries.invalidateQueries({ queryKey: ["disposals"] });
    },
  });
  const step = (disposal: Disposal, step: Step, look?: "danger") => (
    <Button look={look} onClick={() => decide({ disposal, step })}>
      {t.steps[step].button}
    </Button>
  );
  return (
    <Oversight
      title={t.title}
      lead={t.lead}
      actions={may(session, "propose_destruction") && <Button onClick={() => propose(true)}>{t.propose}</Button>}
    >
      <Card>
        <Loaded query={disposals}>
          {(all) => (
            <>
              {all.people < all.people_needed && (
                <Notice tone="check">{t.tooFew(all.people, all.people_needed)}</Notice>
              )}
              <Rows
                label={t.title}
                rows={all.items}
                empty={{ title: t.emptyTitle, words: t.empty, icon: FileX2 }}
                keyOf={(row) => row.id}
                columns={[
                  {
                    title: t.proposed,
                    cell: (row) => `${time(row.proposed_at)}, ${row.proposed_by}`,
                  },
                  { title: t.records, numeric: true, cell: (row) => text.number(row.records.length) },
                  {
                    title: text.common.state,
                    cell: (row) => (
                      <Badge tone={row.certificate ? undefined : "check"}>{text.stateName(row.state)}</Badge>
                    ),
                  },
                  { title: t.from, cell: (row) => time(row.destroy_from) },
                  { title: t.approvals, cell: (row) => t.approvalsOf(row.approved_by.length) },
                  {
                    title: text.people.actions,
                    cell: (row) => (
                      <span className={parts.row}>
                        {row.state === "proposed" && may(session, "review_destruction") && step(row, "review")}
                        {row.state === "reviewed" &&
                          may(session, "approve_destruction") &&
                          step(row, "approve", "danger")}
                        {isDue(row, Date.now()) &&
                          may(session, "propose_destruction") &&
                          step(row, "carry-out", "danger")}
                        {["proposed", "reviewed", "approved"].includes(row.state) &&
                          may(session, "review_destruction") && (
                            <Button onClick={() => cancel(row.id)}>{t.cancel}</Button>
                          )}
                        {row.certificate && (
                          <a className={parts.button} href={`/api/v1/disposals/${row.id}/certificate.pdf`}>
                            {t.certificate}
                          </a>
                        )}
                      </span>
                    ),
                  },
                ]}
              />
            </>
          )}
        </Loaded>
      </Card>
      {cancelling && (
        <ReasonDialog
          title={t.cancel}
          doing={ending}
          onClose={() => cancel(null)}
          onReason={(reason) => ending.mutate({ id: cancelling, reason })}
        />
      )}
      {deciding && <DisposalDialog disposal={deciding.disposal} step={deciding.step} onClose={() => decide(null)} />}
      {proposing && <Propose onClose={() => propose(false)} />}
    </Oversight>
  );
}

function Propose({ onClose }: { onClose(): void }) {
  const t = text.disposals;
  const queries = useQueryClient();
  const eligible = useQuery({ queryKey: ["eligible"], queryFn: () => listOf<string>("/disposals/eligible") });
  const save = useMutation({
    mutationFn: (reason: string) => call("POST", "/disposals", { body: { reason, records: [] } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["disposals"] });
      onClose();
    },
  });
  return (
    <ReasonDialog
      title={t.propose}
      lead={eligible.data ? t.eligible(eligible.data.length) : t.proposeLead}
      doing={save}
      onClose={onClose}
      onReason={(reason) => save.mutate(reason)}
    />
  );
}
