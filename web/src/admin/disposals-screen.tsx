/** Disposal: proposal, review, two approvals, certificate. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FileX2 } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import { may, useSession } from "../app/session";
import { Badge, Button, Card, Dialog, DialogFoot, parts, TextField } from "../design/parts";
import { Empty, Fault, Loaded } from "../design/states";
import { Table } from "../design/table";
import { text } from "../text";
import { time } from "../text/dates";
import { listOf, personName } from "./list";
import { Oversight } from "./oversight";

interface Disposal {
  id: string;
  state: string;
  proposed_at?: string;
  proposed_by?: { name?: string } | string | null;
  records?: number | unknown[];
  approvals?: unknown[] | number;
  certificate?: unknown;
}

const count = (value: number | unknown[] | undefined) => (Array.isArray(value) ? value.length : (value ?? 0));

export default function DisposalsScreen() {
  const t = text.disposals;
  const { session } = useSession();
  const queries = useQueryClient();
  const [proposing, propose] = useState(false);
  const disposals = useQuery({ queryKey: ["disposals"], queryFn: () => listOf<Disposal>("/disposals") });
  const decide = useMutation({
    mutationFn: ({ id, what }: { id: string; what: "review" | "approve" | "cancel" }) =>
      call("POST", `/disposals/${id}/${what}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["disposals"] }),
  });
  return (
    <Oversight
      title={t.title}
      lead={t.lead}
      actions={may(session, "propose_destruction") && <Button onClick={() => propose(true)}>{t.propose}</Button>}
    >
      <Fault error={decide.error} />
      <Card>
        <Loaded
          query={disposals}
          empty={(all) =>
            all.length === 0 ? (
              <Empty title={t.emptyTitle} icon={<FileX2 size={22} aria-hidden="true" />}>
                <p>{t.empty}</p>
              </Empty>
            ) : null
          }
        >
          {(all) => (
            <Table
              label={t.title}
              rows={all}
              keyOf={(row) => row.id}
              columns={[
                {
                  title: t.proposed,
                  cell: (row) =>
                    [time(row.proposed_at), personName(row.proposed_by)]
                      .filter((each) => each && each !== "–")
                      .join(", "),
                },
                { title: t.records, numeric: true, cell: (row) => text.number(count(row.records)) },
                {
                  title: text.common.state,
                  cell: (row) => (
                    <Badge tone={row.state === "destroyed" ? undefined : "check"}>{text.stateName(row.state)}</Badge>
                  ),
                },
                { title: t.approvals, cell: (row) => t.approvalsOf(count(row.approvals)) },
                {
                  title: text.people.actions,
                  cell: (row) => (
                    <span className={parts.row}>
                      {row.state === "proposed" && may(session, "review_destruction") && (
                        <Button onClick={() => decide.mutate({ id: row.id, what: "review" })}>{t.review}</Button>
                      )}
                      {row.state === "reviewed" && may(session, "approve_destruction") && (
                        <Button look="danger" onClick={() => decide.mutate({ id: row.id, what: "approve" })}>
                          {t.approve}
                        </Button>
                      )}
                      {["proposed", "reviewed", "approved"].includes(row.state) &&
                        may(session, "propose_destruction") && (
                          <Button onClick={() => decide.mutate({ id: row.id, what: "cancel" })}>{t.cancel}</Button>
                        )}
                      {row.state === "destroyed" && (
                        <a className={parts.button} href={`/api/v1/disposals/${row.id}/certificate.pdf`}>
                          {t.certificate}
                        </a>
                      )}
                    </span>
                  ),
                },
              ]}
            />
          )}
        </Loaded>
      </Card>
      {proposing && <Propose onClose={() => propose(false)} />}
    </Oversight>
  );
}

function Propose({ onClose }: { onClose(): void }) {
  const t = text.disposals;
  const queries = useQueryClient();
  const [until, setUntil] = useState("");
  const save = useMutation({
    mutationFn: () => call("POST", "/disposals", { body: until ? { until } : {} }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["disposals"] });
      onClose();
    },
  });
  return (
    <Dialog title={t.propose} onClose={onClose}>
      <form
        className={parts.stack}
        data-own-enter
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <p>{t.proposeLead}</p>
        <TextField label={t.until} type="date" value={until} onChange={(event) => setUntil(event.target.value)} />
        <Fault error={save.error} />
        <DialogFoot>
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={save.isPending}>
            {t.propose}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
