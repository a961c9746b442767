/** An answer laid out as it comes: names and values, lists as tables. For reports whose form is the server's. */
import type { ReactNode } from "react";
import { parts } from "../design/parts";
import { Table } from "../design/table";
import { text } from "../text";

const MOST = 200;

export function Details({ value }: { value: unknown }): ReactNode {
  if (value === null || value === undefined) return <span>–</span>;
  if (typeof value === "boolean") return <span>{value ? text.common.yes : text.common.no}</span>;
  if (typeof value === "number") return <span>{text.number(value)}</span>;
  if (typeof value === "string") return <span>{value}</span>;
  if (Array.isArray(value)) return <Rows rows={value} />;
  return (
    <dl className={parts.facts}>
      {Object.entries(value).map(([name, each]) => (
        <div key={name} className={parts.factRow}>
          <dt>{text.kindName(name)}</dt>
          <dd>
            <Details value={each} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Rows({ rows }: { rows: unknown[] }) {
  if (rows.length === 0) return <span>{text.common.none}</span>;
  const first = rows[0];
  if (typeof first !== "object" || first === null)
    return (
      <ul>
        {rows.slice(0, MOST).map((row) => (
          <li key={String(row)}>{String(row)}</li>
        ))}
      </ul>
    );
  const shown = rows.slice(0, MOST).map((row, index) => ({ row: row as Record<string, unknown>, index }));
  return (
    <Table
      label={text.policies.impact}
      rows={shown}
      keyOf={({ index }) => String(index)}
      columns={Object.keys(first).map((name) => ({
        title: text.kindName(name),
        cell: (each: { row: Record<string, unknown>; index: number }) => <Details value={each.row[name]} />,
      }))}
    />
  );
}
