/** A list from the server: loading, failed, empty with what to do next, or its table. */
import type { UseInfiniteQueryResult, UseQueryResult } from "@tanstack/react-query";
import type { LucideIcon } from "lucide-react";
import { text } from "../text";
import { Button } from "./parts";
import { Empty, Failed, Loaded, Skeleton } from "./states";
import { type Column, Table } from "./table";

interface RowsProps<T> {
  label: string;
  columns: Column<T>[];
  keyOf(row: T): string;
  /** What an empty list says: why it is empty and what to do next. */
  empty?: { title: string; words: string; icon: LucideIcon };
}

/** The rows of a list, or why there are none. */
export function Rows<T>({ rows, empty, ...table }: RowsProps<T> & { rows: T[] }) {
  if (rows.length > 0 || !empty) return <Table {...table} rows={rows} />;
  const Icon = empty.icon;
  return (
    <Empty title={empty.title} icon={<Icon size={22} aria-hidden="true" />}>
      <p>{empty.words}</p>
    </Empty>
  );
}

export function Listed<T>({ query, ...rows }: RowsProps<T> & { query: UseQueryResult<T[], Error> }) {
  return <Loaded query={query}>{(all) => <Rows {...rows} rows={all} />}</Loaded>;
}

/** A list that comes in parts. */
export function ListedInParts<T>(
  props: RowsProps<T> & { query: UseInfiniteQueryResult<{ pages: { items: T[] }[] }, Error> },
) {
  const { query, ...rows } = props;
  if (query.error && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton />;
  return (
    <>
      <Rows {...rows} rows={query.data.pages.flatMap((page) => page.items)} />
      {query.hasNextPage && (
        <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
          {text.common.more}
        </Button>
      )}
    </>
  );
}
