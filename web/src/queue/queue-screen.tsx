/** Everything that waits to be verified, in the order in which it will be given out. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { CircleCheck, Flag, ListChecks, Lock, TriangleAlert } from "lucide-react";
import { call } from "../api/client";
import type { Queue, QueueItem } from "../api/types";
import { Figure, Figures } from "../design/figure";
import { ListedInParts } from "../design/listed";
import { Badge, Button, Card, parts, Screen } from "../design/parts";
import { Failed, Skeleton } from "../design/states";
import type { Column } from "../design/table";
import { text } from "../text";
import { age } from "../text/dates";

export default function QueueScreen() {
  const navigate = useNavigate();
  const queue = useInfiniteQuery({
    queryKey: ["queue"],
    queryFn: ({ pageParam }) => call<Queue>("GET", "/queue", { query: { after: pageParam, limit: 100 } }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: 30_000,
  });
  const t = text.queue;
  const columns: Column<QueueItem>[] = [
    {
      title: t.document,
      cell: (item) => (
        <Link to="/verify/$document" params={{ document: item.document }}>
          {t.documentOf(item.document)}
        </Link>
      ),
    },
    { title: t.batch, cell: (item) => item.batch.name },
    { title: t.pages, numeric: true, cell: (item) => item.pages },
    { title: t.age, cell: (item) => age(item.age_seconds) },
    {
      title: t.doubts,
      cell: (item) =>
        item.doubts === 0 ? (
          <Badge tone="ok">
            <CircleCheck size={14} aria-hidden="true" /> {t.clean}
          </Badge>
        ) : (
          <Badge tone="check">{t.toCheck(item.doubts)}</Badge>
        ),
    },
    {
      title: text.common.state,
      cell: (item) => (
        <span className={parts.row}>
          {item.priority > 0 && (
            <Badge tone="verify">
              <Flag size={14} aria-hidden="true" /> {t.urgent}
            </Badge>
          )}
          {!item.reliable && (
            <Badge tone="check">
              <TriangleAlert size={14} aria-hidden="true" /> {text.viewer.unreliable}
            </Badge>
          )}
          {item.claimed_by ? (
            <Badge>
              <Lock size={14} aria-hidden="true" /> {item.claimed_by.name}
            </Badge>
          ) : (
            <span className={parts.muted}>{text.stateName(item.state)}</span>
          )}
        </span>
      ),
    },
  ];
  if (queue.error && !queue.data) return <Failed error={queue.error} retry={() => void queue.refetch()} />;
  if (!queue.data) return <Skeleton />;
  const counts = queue.data.pages[0]?.counts;
  return (
    <Screen
      title={t.title}
      lead={t.lead}
      actions={
        <Button look="primary" onClick={() => void navigate({ to: "/verify" })}>
          {t.start}
        </Button>
      }
    >
      {counts && (
        <Figures>
          <Figure label={t.ready} value={text.number(counts.ready)} />
          <Figure label={t.mine} value={text.number(counts.mine)} />
          <Figure label={t.postponed} value={text.number(counts.postponed)} />
          <Figure label={t.secondReview} value={text.number(counts.second_review)} />
          <Figure label={t.rescan} value={text.number(counts.rescan)} />
        </Figures>
      )}
      <Card>
        <ListedInParts
          query={queue}
          label={t.title}
          columns={columns}
          keyOf={(item) => item.document}
          empty={{ title: t.emptyTitle, words: t.empty, icon: ListChecks }}
        />
      </Card>
    </Screen>
  );
}
