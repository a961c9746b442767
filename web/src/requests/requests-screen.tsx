/** Requests for records: those who ask see theirs, those who answer see what is due first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Inbox } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import type { Page } from "../api/types";
import { may, useSession } from "../app/session";
import { ListedInParts } from "../design/listed";
import { Badge, Button, Card, Hidden, Screen, Select } from "../design/parts";
import { text } from "../text";
import { day } from "../text/dates";
import { Disclosures } from "./disclosures";
import { NewRequest } from "./new-request";
import { RequestDialog } from "./request-dialog";
import { patientOf, type RecordsRequest, recipientOf, scopeOf } from "./words";

export default function RequestsScreen() {
  const t = text.requests;
  const { session } = useSession();
  const [which, choose] = useState("waiting");
  const [open, show] = useState<"new" | "disclosures" | { id: string } | null>(null);
  const closed = which === "closed";
  const requests = useInfiniteQuery({
    queryKey: ["requests", which],
    queryFn: ({ pageParam }) => call<Page<RecordsRequest>>("GET", "/requests", { query: { closed, after: pageParam } }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });
  return (
    <Screen
      title={t.title}
      lead={t.lead}
      actions={
        <>
          {may(session, "see_disclosures") && (
            <Button onClick={() => show("disclosures")}>{text.disclosures.title}</Button>
          )}
          {may(session, "request_records") && (
            <Button look="primary" onClick={() => show("new")}>
              {t.open}
            </Button>
          )}
        </>
      }
    >
      <Card
        actions={
          <Select
            label={t.which}
            value={which}
            onChange={choose}
            options={[
              ["waiting", t.waiting],
              ["closed", t.closed],
            ]}
          />
        }
      >
        <ListedInParts
          query={requests}
          label={t.title}
          empty={{ title: t.emptyTitle, words: closed ? t.emptyClosed : t.empty, icon: Inbox }}
          keyOf={(row) => row.id}
          columns={[
            { title: t.state, cell: (row) => <RequestState request={row} /> },
            { title: t.due, cell: (row) => day(row.due) },
            { title: t.patient, cell: patientOf },
            { title: t.scope, cell: scopeOf },
            { title: t.purpose, cell: (row) => t.purposes[row.purpose] ?? row.purpose },
            { title: t.recipient, cell: (row) => recipientOf(row.recipient) },
            { title: t.openedBy, cell: (row) => row.opened_by.name },
            {
              title: text.people.actions,
              cell: (row) => (
                <Button onClick={() => show({ id: row.id })}>
                  {t.show}
                  <Hidden> {t.entry(row.id.slice(0, 8))}</Hidden>
                </Button>
              ),
            },
          ]}
        />
      </Card>
      {open === "new" && <NewRequest onClose={() => show(null)} />}
      {open === "disclosures" && <Disclosures onClose={() => show(null)} />}
      {open !== null && typeof open === "object" && <RequestDialog id={open.id} onClose={() => show(null)} />}
    </Screen>
  );
}

function RequestState({ request }: { request: RecordsRequest }) {
  const t = text.requests;
  if (request.overdue) return <Badge tone="verify">{t.overdue}</Badge>;
  const tone = { open: "check", extended: "check", released: "ok" } as const;
  return <Badge tone={tone[request.state as keyof typeof tone]}>{t.states[request.state] ?? request.state}</Badge>;
}
