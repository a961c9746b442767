/** A table of rows; long ones draw only what is in sight. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";
import { classes, parts } from "./parts";
import style from "./table.module.css";

export interface Column<T> {
  title: string;
  cell(row: T): ReactNode;
  numeric?: boolean;
  /** Width in a long table, as grid-template-columns writes it. */
  width?: string;
}

export function Table<T>(props: { label: string; columns: Column<T>[]; rows: T[]; keyOf(row: T): string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways has to be reachable by keyboard
    <section className={parts.tableWrap} aria-label={props.label} tabIndex={0}>
      <table className={parts.table}>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th key={column.title} scope="col" className={column.numeric ? parts.num : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={props.keyOf(row)}>
              {props.columns.map((column) => (
                <td key={column.title} className={column.numeric ? parts.num : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const ROW = 40;

/** Rows of one height, any number of them; asks for more before the end is reached. */
export function LongTable<T>(props: {
  label: string;
  columns: Column<T>[];
  rows: T[];
  keyOf(row: T): string;
  total?: number | undefined;
  /** Inside of a dialog: not as high as a page. */
  short?: boolean;
  onNearEnd?: (() => void) | undefined;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: props.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    onChange: (instance) => {
      const last = instance.getVirtualItems().at(-1);
      if (last && last.index >= props.rows.length - 20) props.onNearEnd?.();
    },
  });
  const place = (element: HTMLElement | null, top: number) => {
    if (!element) return;
    element.style.transform = `translateY(${top}px)`;
    element.style.gridTemplateColumns = columns;
  };
  const columns = props.columns.map((column) => column.width ?? "minmax(0, 1fr)").join(" ");
  return (
    <div
      ref={scroller}
      className={classes(style.scroller, props.short && style.short)}
      role="table"
      aria-label={props.label}
      aria-rowcount={props.total ?? props.rows.length}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
      tabIndex={0}
    >
      <div role="rowgroup" className={style.headGroup}>
        <div role="row" tabIndex={-1} className={classes(style.row, style.head)} ref={(element) => place(element, 0)}>
          {props.columns.map((column) => (
            <div
              key={column.title}
              role="columnheader"
              tabIndex={-1}
              className={column.numeric ? parts.num : undefined}
            >
              {column.title}
            </div>
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        className={style.rows}
        ref={(element) => {
          if (element) element.style.height = `${rows.getTotalSize()}px`;
        }}
      >
        {rows.getVirtualItems().map((item) => {
          const row = props.rows[item.index];
          if (row === undefined) return null;
          return (
            <div
              key={props.keyOf(row)}
              role="row"
              tabIndex={-1}
              aria-rowindex={item.index + 2}
              className={classes(style.row, style.placed)}
              ref={(element) => place(element, item.start)}
            >
              {props.columns.map((column) => (
                <div key={column.title} role="cell" className={classes(style.cell, column.numeric && parts.num)}>
                  {column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
