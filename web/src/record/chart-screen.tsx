/** A patient's records in the order of their dates. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Files } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import { Badge, Button, parts, Screen } from "../design/parts";
import { Empty, Failed, Skeleton } from "../design/states";
import { text } from "../text";
import { day } from "../text/dates";
import { BreakGlass } from "./break-glass";
import style from "./record.module.css";
import type { ChartView } from "./types";

export default function ChartScreen() {
  const t = text.chart;
  const { patient } = useParams({ strict: false }) as { patient: string };
  const [breaking, breakGlass] = useState(false);
  const chart = useInfiniteQuery({
    queryKey: ["chart", patient],
    queryFn: ({ pageParam }) =>
      call<ChartView>("GET", `/patients/${patient}/chart`, { query: { after: pageParam, limit: 60 } }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
  if (chart.error && !chart.data)
    return (
      <>
        <Failed error={chart.error} retry={() => void chart.refetch()} />
        <div className={parts.said}>
          <p>{t.emergency}</p>
          <Button look="danger" onClick={() => breakGlass(true)}>
            {t.breakGlass}
          </Button>
        </div>
        {breaking && (
          <BreakGlass
            patient={patient}
            onClose={() => {
              breakGlass(false);
              void chart.refetch();
            }}
          />
        )}
      </>
    );
  if (!chart.data) return <Skeleton />;
  const who = chart.data.pages[0]?.patient;
  const items = chart.data.pages.flatMap((page) => page.items);
  return (
    <Screen title={who?.name || t.title} lead={[who?.number, day(who?.born)].filter(Boolean).join(" · ")}>
      {items.length === 0 ? (
        <Empty title={t.emptyTitle} icon={<Files size={22} aria-hidden="true" />}>
          <p>{t.empty}</p>
        </Empty>
      ) : (
        <ol className={style.grid} aria-label={t.title}>
          {items.map((item) => (
            <li key={item.record}>
              <Link className={style.sheet} to="/records/$record" params={{ record: item.record }}>
                <strong>{text.kindName(item.kind)}</strong>
                <span className={parts.muted}>
                  {[day(item.date), text.common.pages(item.pages)].filter(Boolean).join(" · ")}
                </span>
                <span>
                  <Badge>{text.stateName(item.state)}</Badge>
                </span>
              </Link>
            </li>
          ))}
        </ol>
      )}
      {chart.hasNextPage && <Button onClick={() => void chart.fetchNextPage()}>{text.common.more}</Button>}
    </Screen>
  );
}
