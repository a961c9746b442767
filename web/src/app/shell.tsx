/** The frame of every screen: the rail, the bar, the palette, the help sheet, and sign-in again over it all. */
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import {
  ChartColumn,
  FileCheck2,
  GitCompare,
  Inbox,
  Keyboard,
  ListChecks,
  Monitor,
  Moon,
  ScrollText,
  Search,
  Sun,
  UserRound,
  WifiOff,
} from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { IconButton } from "../design/parts";
import { useKeys } from "../keys/handler";
import { Kbd } from "../keys/kbd";
import { SignInAgain } from "../sign-in/sign-in-again";
import { text } from "../text";
import { KeyHelp } from "./key-help";
import { Palette } from "./palette";
import { may, signOut, useSession } from "./session";
import style from "./shell.module.css";
import { nextTheme, useTheme } from "./theme";

interface Place {
  to: string;
  label: string;
  icon: ReactNode;
  permission?: string[];
}

const ICON = { size: 22, strokeWidth: 1.75, "aria-hidden": true } as const;

const PLACES: Place[] = [
  { to: "/verify", label: text.shell.verify, icon: <FileCheck2 {...ICON} />, permission: ["label"] },
  { to: "/queue", label: text.shell.queue, icon: <ListChecks {...ICON} />, permission: ["label"] },
  { to: "/review", label: text.shell.review, icon: <GitCompare {...ICON} />, permission: ["review_others"] },
  { to: "/search", label: text.shell.search, icon: <Search {...ICON} />, permission: ["read_chart"] },
  { to: "/requests", label: text.shell.requests, icon: <Inbox {...ICON} />, permission: ["see_requests"] },
  {
    to: "/oversight",
    label: text.shell.oversight,
    icon: <ChartColumn {...ICON} />,
    permission: ["operate", "decide_lots", "view_retention", "manage_people", "view_people"],
  },
  { to: "/audit", label: text.shell.audit, icon: <ScrollText {...ICON} />, permission: ["read_audit"] },
];

export function Shell() {
  const { session, again } = useSession();
  const theme = useTheme();
  const navigate = useNavigate();
  const [open, setOpen] = useState<"palette" | "help" | null>(null);
  const online = useOnline();
  const path = useRouterState({ select: (state) => state.location.pathname });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another screen starts at its top
  useEffect(() => {
    document.getElementById("content")?.scrollTo({ top: 0 });
  }, [path]);

  const may_ = (permission: string) => may(session, permission);
  useKeys({
    help: () => setOpen("help"),
    palette: () => setOpen("palette"),
    focusSearch: () => {
      const input = document.getElementById("search-words");
      if (input) input.focus();
      else void navigate({ to: "/search" });
    },
    ...(may_("label") && {
      goVerify: () => void navigate({ to: "/verify" }),
      goQueue: () => void navigate({ to: "/queue" }),
    }),
    ...(may_("review_others") && { goReview: () => void navigate({ to: "/review" }) }),
    goWork: () => void navigate({ to: "/work" }),
    theme: nextTheme,
    signOut: () => void signOut(),
  });

  const ThemeIcon = { system: Monitor, light: Sun, dark: Moon }[theme];
  return (
    <div className={style.shell}>
      <a className={style.skip} href="#content">
        {text.common.skipToContent}
      </a>
      <nav className={style.rail} aria-label={text.shell.navigation}>
        <Link to="/" className={style.mark} aria-label={text.product}>
          <span aria-hidden="true">M</span>
        </Link>
        <ul className={style.places}>
          {PLACES.filter((place) => place.permission?.some(may_) ?? true).map((place) => (
            <li key={place.to}>
              <Link
                to={place.to}
                className={style.place}
                activeProps={{ className: style.here, "aria-current": "page" }}
              >
                {place.icon}
                <span>{place.label}</span>
              </Link>
            </li>
          ))}
        </ul>
        <div className={style.foot}>
          <IconButton label={text.shell.themeNow(text.shell.themes[theme])} onClick={nextTheme}>
            <ThemeIcon size={20} aria-hidden="true" />
          </IconButton>
          <Link to="/work" className={style.place} activeProps={{ className: style.here, "aria-current": "page" }}>
            <UserRound {...ICON} />
            <span>{text.shell.work}</span>
          </Link>
        </div>
      </nav>
      <header className={style.bar}>
        <div className={style.barSlot} id="bar-start" />
        <div className={style.barEnd}>
          <div className={style.barSlot} id="bar-end" />
          <button type="button" className={style.barButton} onClick={() => setOpen("help")} aria-keyshortcuts="?">
            <Keyboard size={18} aria-hidden="true" />
            <span>{text.shell.keys}</span>
            <Kbd of="help" />
          </button>
        </div>
      </header>
      <main className={style.main} id="content" tabIndex={-1}>
        {!online && (
          <div className={style.offline} role="status">
            <WifiOff size={16} aria-hidden="true" /> {text.shell.offline}
          </div>
        )}
        <Outlet />
      </main>
      {open === "palette" && <Palette onClose={() => setOpen(null)} />}
      {open === "help" && <KeyHelp onClose={() => setOpen(null)} />}
      {again && <SignInAgain />}
    </div>
  );
}

/** Puts a screen's own things into the bar. */
export function Bar({ at = "bar-start", children }: { at?: "bar-start" | "bar-end"; children: ReactNode }) {
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  useEffect(() => setSlot(document.getElementById(at)), [at]);
  return slot ? createPortal(children, slot) : null;
}

export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const now = () => setOnline(navigator.onLine);
    window.addEventListener("online", now);
    window.addEventListener("offline", now);
    return () => {
      window.removeEventListener("online", now);
      window.removeEventListener("offline", now);
    };
  }, []);
  return online;
}
