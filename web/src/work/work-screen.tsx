/** What I did today, what can still be taken back, and my account. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Inbox, LogOut } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import type { MyWork } from "../api/types";
import { may, signOut, useSession } from "../app/session";
import { Figure, Figures } from "../design/figure";
import { Badge, Button, Card, Dialog, Facts, Screen } from "../design/parts";
import { Empty, Fault, Loaded } from "../design/states";
import { Table } from "../design/table";
import { SetPassword, SetTotp } from "../sign-in/set-up-screen";
import { text } from "../text";
import { time } from "../text/dates";
import { Tokens } from "./tokens";

export default function WorkScreen() {
  const { session } = useSession();
  const [dialog, setDialog] = useState<"password" | "totp" | null>(null);
  const t = text.work;
  return (
    <Screen
      title={t.title}
      lead={session ? t.lead(session.person.name) : undefined}
      actions={
        <Button onClick={() => void signOut()}>
          <LogOut size={16} aria-hidden="true" /> {text.shell.signOut}
        </Button>
      }
    >
      {may(session, "label") && <Today />}
      <Card
        title={t.account}
        actions={
          <>
            <Button onClick={() => setDialog("password")}>{t.changePassword}</Button>
            <Button onClick={() => setDialog("totp")}>{t.setTotp}</Button>
          </>
        }
      >
        {session && (
          <Facts
            items={[
              [t.name, session.person.name],
              [t.login, session.person.login ?? "–"],
              [t.roles, session.person.roles.map((role) => text.roles[role] ?? role).join(", ")],
              [t.idle, t.minutes(Math.round(session.idle_seconds / 60))],
              [t.version, session.version],
            ]}
          />
        )}
      </Card>
      <Tokens />
      {dialog === "password" && (
        <Dialog title={t.changePassword} onClose={() => setDialog(null)}>
          <SetPassword old onDone={() => setDialog(null)} />
        </Dialog>
      )}
      {dialog === "totp" && (
        <Dialog title={t.setTotp} onClose={() => setDialog(null)}>
          <p>{text.signIn.setTotpLead}</p>
          <SetTotp onDone={() => setDialog(null)} />
        </Dialog>
      )}
    </Screen>
  );
}

function Today() {
  const t = text.work;
  const queries = useQueryClient();
  const work = useQuery({ queryKey: ["my-work"], queryFn: () => call<MyWork>("GET", "/my/work") });
  const undo = useMutation({
    mutationFn: (document: string) => call("POST", `/documents/${document}/undo`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["my-work"] }),
  });
  return (
    <Loaded query={work}>
      {({ today, last }) => (
        <>
          <Figures>
            <Figure label={t.accepted} value={text.number(today.accepted)} />
            <Figure label={t.pages} value={text.number(today.pages)} />
            <Figure label={t.rejected} value={text.number(today.rejected)} />
            <Figure
              label={t.seconds}
              value={today.seconds_per_document == null ? "–" : `${today.seconds_per_document.toFixed(1)} s`}
            />
          </Figures>
          <Card title={t.last}>
            <Fault error={undo.error} />
            {last.length === 0 ? (
              <Empty title={t.emptyTitle} icon={<Inbox size={22} aria-hidden="true" />}>
                <p>{t.empty}</p>
              </Empty>
            ) : (
              <Table
                label={t.last}
                rows={last}
                keyOf={(row) => `${row.document}${row.at}`}
                columns={[
                  { title: t.when, cell: (row) => time(row.at) },
                  {
                    title: t.document,
                    cell: (row) => (
                      <Link to="/documents/$document" params={{ document: row.document }}>
                        {text.common.pages(row.pages)}
                      </Link>
                    ),
                  },
                  {
                    title: t.decision,
                    cell: (row) => (
                      <Badge tone={row.decision.startsWith("accept") ? "ok" : "check"}>
                        {text.stateName(row.decision)}
                      </Badge>
                    ),
                  },
                  {
                    title: t.takeBack,
                    cell: (row) =>
                      row.undo_until && new Date(row.undo_until).getTime() > Date.now() ? (
                        <Button onClick={() => undo.mutate(row.document)} disabled={undo.isPending}>
                          {t.undo(time(row.undo_until))}
                        </Button>
                      ) : null,
                  },
                ]}
              />
            )}
          </Card>
        </>
      )}
    </Loaded>
  );
}
