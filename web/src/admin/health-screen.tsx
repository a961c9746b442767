/** Whether everything works. */
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { call } from "../api/client";
import { Badge, Card, Facts, parts } from "../design/parts";
import { Loaded } from "../design/states";
import { Table } from "../design/table";
import { text } from "../text";
import { age } from "../text/dates";
import style from "./admin.module.css";
import { Details } from "./details";
import { Oversight } from "./oversight";

interface Check {
  name: string;
  state?: string;
  ok?: boolean;
  detail?: string | null;
}

interface Health {
  checks?: Check[];
  version?: string;
  uptime_seconds?: number;
  [more: string]: unknown;
}

export default function HealthScreen() {
  const t = text.health;
  const health = useQuery({
    queryKey: ["health"],
    queryFn: () => call<Health>("GET", "/health/system"),
    refetchInterval: 30_000,
  });
  const fixity = useQuery({ queryKey: ["fixity"], queryFn: () => call<unknown>("GET", "/fixity") });
  return (
    <Oversight title={t.title} lead={t.lead}>
      <Loaded query={health}>
        {({ checks, version, uptime_seconds, ...more }) => (
          <>
            {checks && (
              <Card>
                <Table
                  label={t.title}
                  rows={checks}
                  keyOf={(row) => row.name}
                  columns={[
                    { title: t.check, cell: (row) => <strong>{text.kindName(row.name)}</strong> },
                    { title: t.state, cell: (row) => <State check={row} /> },
                    { title: t.detail, cell: (row) => row.detail ?? "" },
                  ]}
                />
              </Card>
            )}
            <Card>
              <Facts
                items={[
                  [t.version, version],
                  [t.uptime, typeof uptime_seconds === "number" ? age(uptime_seconds) : "–"],
                ]}
              />
              {Object.keys(more).length > 0 && <Details value={more} />}
            </Card>
          </>
        )}
      </Loaded>
      <div className={style.two}>
        <Card title={t.fixity}>
          <p className={parts.hint}>{t.fixityLead}</p>
          <Loaded query={fixity}>{(data) => <Details value={data} />}</Loaded>
        </Card>
      </div>
    </Oversight>
  );
}

function State({ check }: { check: Check }) {
  const state = check.state ?? (check.ok === false ? "failed" : "ok");
  if (state === "ok" || state === "good")
    return (
      <Badge tone="ok">
        <CircleCheck size={14} aria-hidden="true" /> {text.stateName(state)}
      </Badge>
    );
  if (state === "check" || state === "warning" || state === "warn")
    return (
      <Badge tone="check">
        <TriangleAlert size={14} aria-hidden="true" /> {text.stateName(state)}
      </Badge>
    );
  return (
    <Badge tone="verify">
      <CircleAlert size={14} aria-hidden="true" /> {text.stateName(state)}
    </Badge>
  );
}
