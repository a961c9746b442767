/** The frame of the oversight screens: their list in the bar. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Session } from "../api/types";
import { may, useSession } from "../app/session";
import { Bar } from "../app/shell";
import { Screen } from "../design/parts";
import { text } from "../text";
import style from "./admin.module.css";

const PLACES: [string, string, string[]][] = [
  ["/oversight", text.oversight.dashboard, ["operate"]],
  ["/oversight/batches", text.oversight.batches, ["label", "operate"]],
  ["/oversight/people", text.oversight.people, ["view_people", "manage_people"]],
  ["/oversight/policies", text.oversight.policies, ["view_retention"]],
  ["/oversight/holds", text.oversight.holds, ["view_retention"]],
  ["/oversight/disposals", text.oversight.disposals, ["view_retention"]],
  ["/oversight/lots", text.oversight.lots, ["decide_lots"]],
  ["/oversight/labels", text.oversight.labels, []],
  ["/oversight/health", text.oversight.health, ["operate"]],
];

function placesOf(session: Session | null) {
  return PLACES.filter(([, , needs]) => needs.length === 0 || needs.some((each) => may(session, each)));
}

/** Where oversight begins for somebody: not everybody who sees part of it sees the dashboard. */
export function firstPlace(session: Session | null): string {
  return placesOf(session)[0]?.[0] ?? "/work";
}

export function Oversight(props: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  const { session } = useSession();
  return (
    <>
      <Bar>
        <nav className={style.tabs} aria-label={text.shell.oversight}>
          {placesOf(session).map(([to, label]) => (
            <Link
              key={to}
              to={to}
              className={style.tab}
              activeOptions={{ exact: to === "/oversight" }}
              activeProps={{ className: style.tabHere, "aria-current": "page" }}
            >
              {label}
            </Link>
          ))}
        </nav>
      </Bar>
      <Screen {...props} />
    </>
  );
}
