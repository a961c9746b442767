/** The frame of a document and of a record: its pages, and beside them what is known of it. */
import { type ReactNode, useState } from "react";
import { parts } from "../design/parts";
import { text } from "../text";
import { GiveOut } from "./give-out";
import { PagesView } from "./pages-view";
import style from "./record.module.css";
import type { DocumentView } from "./types";

interface RecordFrameProps {
  document: DocumentView;
  badge: ReactNode;
  subject: { records?: string[]; documents?: string[] };
  /** What can be done with it; called with what starts giving it out. */
  actions(giveOut: (what: "export" | "print") => void): ReactNode;
  children: ReactNode;
}

export function RecordFrame({ document, badge, subject, actions, children }: RecordFrameProps) {
  const t = text.record;
  const [giving, give] = useState<"export" | "print" | null>(null);
  const title = document.kind ? text.kindName(document.kind) : t.untitled;
  return (
    <div className={style.record}>
      <PagesView title={title} pages={document.pages} />
      <aside className={style.pane} aria-label={t.about}>
        <div className={style.head}>
          <h1>{title}</h1>
          {badge}
        </div>
        <div className={parts.row}>{actions(give)}</div>
        {children}
      </aside>
      {giving && <GiveOut what={giving} subject={subject} document={document.id} onClose={() => give(null)} />}
    </div>
  );
}
