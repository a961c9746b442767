/** Lots: a sample of each is checked before anything is archived. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Boxes } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import type { Schemas } from "../api/types";
import { may, useSession } from "../app/session";
import { Listed } from "../design/listed";
import { Badge, Button, Card, parts } from "../design/parts";
import { Fault } from "../design/states";
import { text } from "../text";
import { time } from "../text/dates";
import { Oversight } from "./oversight";
import { ReasonDialog } from "./reason-dialog";

type Lot = Schemas["LotView"];

export default function LotsScreen() {
  const t = text.lots;
  const { session } = useSession();
  const queries = useQueryClient();
  const [holding, holdBack] = useState<string | null>(null);
  const lots = useQuery({ queryKey: ["lots"], queryFn: () => listOf<Lot>("/lots") });
  const decide = useMutation({
    mutationFn: ({ id, what, reason }: { id: string; what: "release" | "hold"; reason?: string }) =>
      call("POST", `/lots/${id}/${what}`, reason === undefined ? {} : { body: { reason } }),
    onSuccess: () => {
      holdBack(null);
      return queries.invalidateQueries({ queryKey: ["lots"] });
    },
  });
  return (
    <Oversight title={t.title} lead={t.lead}>
      <Fault error={decide.error} />
      <Card>
        <Listed
          query={lots}
          label={t.title}
          empty={{ title: t.emptyTitle, words: t.empty, icon: Boxes }}
          keyOf={(row) => row.id}
          columns={[
            { title: t.batch, cell: (row) => row.batch_name },
            { title: text.common.state, cell: (row) => <Badge>{text.stateName(row.state)}</Badge> },
            { title: t.plan, cell: (row) => row.plan },
            { title: t.documents, numeric: true, cell: (row) => text.number(row.documents) },
            { title: t.sample, numeric: true, cell: (row) => text.number(row.sampled) },
            { title: t.unchecked, numeric: true, cell: (row) => text.number(row.unchecked) },
            { title: t.limit, numeric: true, cell: (row) => text.number(row.accepts) },
            { title: t.drawn, cell: (row) => time(row.drawn_at) },
            {
              title: text.people.actions,
              cell: (row) =>
                may(session, "decide_lots") && !row.decided_at ? (
                  <span className={parts.row}>
                    <Link className={parts.button} to="/oversight/lots/$lot" params={{ lot: row.id }}>
                      {t.check}
                    </Link>
                    <Button onClick={() => decide.mutate({ id: row.id, what: "release" })}>{t.release}</Button>
                    <Button look="danger" onClick={() => holdBack(row.id)}>
                      {t.hold}
                    </Button>
                  </span>
                ) : null,
            },
          ]}
        />
      </Card>
      {holding && (
        <ReasonDialog
          title={t.hold}
          doing={decide}
          onClose={() => holdBack(null)}
          onReason={(reason) => decide.mutate({ id: holding, what: "hold", reason })}
        />
      )}
    </Oversight>
  );
}
