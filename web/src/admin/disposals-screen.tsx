/** Disposal: proposal, review, two approvals, certificate. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FileX2 } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import { may, useSession } from "../app/session";
import { Rows } from "../design/listed";
import { Badge, Button, Card, parts } from "../design/parts";
import { Fault, Loaded, Notice } from "../design/states";
import { text } from "../text";
import { time } from "../text/dates";
import { Oversight } from "./oversight";
import { ReasonDialog } from "./reason-dialog";

interface Disposal {
  id: string;
  state: string;
  reason: string;
  proposed_by: string;
  proposed_at: string;
  reviewed_by?: string | null;
  approved_by: string[];
  destroy_from?: string | null;
  certificate?: string | null;
  records: { record: string; state: string; last_day: string; policy: string; why?: string | null }[];
}

interface Disposals {
  items: Disposal[];
  people: number;
  people_needed: number;
}

export default function DisposalsScreen() {
  const t = text.disposals;
  const { session } = useSession();
  const queries = useQueryClient();
  const [proposing, propose] = useState(false);
  const [cancelling, cancel] = useState<string | null>(null);
  const disposals = useQuery({ queryKey: ["disposals"], queryFn: () => call<Disposals>("GET", "/disposals") });
  const decide = useMutation({
    mutationFn: ({ id, what, body }: { id: string; what: "review" | "approve" | "cancel"; body?: unknown }) =>
      call("POST", `/disposals/${id}/${what}`, body === undefined ? {} : { body }),
    onSuccess: () => {
      cancel(null);
      return queries.invalidateQueries({ queryKey: ["disposals"] });
    },
  });
  return (
    <Oversight
      title={t.title}
      lead={t.lead}
      actions={may(session, "propose_destruction") && <Button onClick={() => propose(true)}>{t.propose}</Button>}
    >
      <Fault error={decide.error} />
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
                      <Badge tone={row.state === "destroyed" ? undefined : "check"}>{text.stateName(row.state)}</Badge>
                    ),
                  },
                  { title: t.approvals, cell: (row) => t.approvalsOf(row.approved_by.length) },
                  {
                    title: text.people.actions,
                    cell: (row) => (
                      <span className={parts.row}>
                        {row.state === "proposed" && may(session, "review_destruction") && (
                          <Button onClick={() => decide.mutate({ id: row.id, what: "review", body: { kept: [] } })}>
                            {t.review}
                          </Button>
                        )}
                        {row.state === "reviewed" && may(session, "approve_destruction") && (
                          <Button look="danger" onClick={() => decide.mutate({ id: row.id, what: "approve" })}>
                            {t.approve}
                          </Button>
                        )}
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
          busy={decide.isPending}
          error={decide.error}
          onClose={() => cancel(null)}
          onReason={(reason) => decide.mutate({ id: cancelling, what: "cancel", body: { reason } })}
        />
      )}
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
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onReason={(reason) => save.mutate(reason)}
    />
  );
}
