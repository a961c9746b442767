/** The frame of the screens before the shell. */
import type { ReactNode } from "react";
import { useTitle } from "../design/parts";
import { text } from "../text";
import style from "./sign-in.module.css";

export function Frame({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  useTitle(title);
  return (
    <main className={style.page}>
      <div className={style.box}>
        <div className={style.brand}>
          <span className={style.mark} aria-hidden="true">
            M
          </span>
          <div>
            <h1>{title}</h1>
            <p>{lead ?? text.signIn.lead}</p>
          </div>
        </div>
        {children}
      </div>
    </main>
  );
}
