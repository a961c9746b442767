/** What technicians handed on to the people who run the machines, without a word on a patient. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Inbox } from "lucide-react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import type { Schemas } from "../api/types";
import { Listed } from "../design/listed";
import { Button, Card } from "../design/parts";
import { Fault } from "../design/states";
import { text } from "../text";
import { time } from "../text/dates";

type Ticket = Schemas["RaisedTicket"];

export function Tickets() {
  const t = text.tickets;
  const queries = useQueryClient();
  const tickets = useQuery({ queryKey: ["tickets"], queryFn: () => listOf<Ticket>("/tickets") });
  const close = useMutation({
    mutationFn: (id: string) => call("POST", `/tickets/${id}/close`, { body: {} }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["tickets"] }),
  });
  return (
    <Card title={t.title}>
      <Fault error={close.error} />
      <Listed
        label={t.title}
        query={tickets}
        keyOf={(row) => row.id}
        empty={{ title: t.emptyTitle, words: t.empty, icon: Inbox }}
        columns={[
          { title: t.raised, cell: (row) => `${time(row.raised_at)}, ${row.raised_by}` },
          { title: t.batch, cell: (row) => row.batch.name },
          { title: t.category, cell: (row) => text.kindName(row.category) },
          { title: t.note, cell: (row) => row.note },
          {
            title: text.people.actions,
            cell: (row) => (
              <Button disabled={close.isPending} onClick={() => close.mutate(row.id)}>
                {t.close}
              </Button>
            ),
          },
        ]}
      />
    </Card>
  );
}
