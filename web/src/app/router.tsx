/** Which address shows which screen. Screens load when they are wanted. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Failed, Skeleton } from "../design/states";
import { SetUp } from "../sign-in/set-up-screen";
import { askSession, currentSession, may, useSession } from "./session";
import { Shell } from "./shell";

const root = createRootRoute({ component: Outlet, notFoundComponent: () => <Navigate to="/" /> });

async function known() {
  if (currentSession().known === "asking") await askSession();
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { to?: string } =>
    typeof search.to === "string" ? { to: search.to } : {},
  beforeLoad: known,
  component: lazyRouteComponent(() => import("../sign-in/sign-in-screen")),
});
const link = createRoute({
  getParentRoute: () => root,
  path: "/link",
  component: lazyRouteComponent(() => import("../sign-in/link-screen")),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ location }) => {
    await known();
    if (currentSession().known === "out")
      throw redirect({ to: "/sign-in", search: location.pathname === "/" ? {} : { to: location.href } });
  },
  component: Inside,
});

function Inside() {
  const { session, problem } = useSession();
  if (!session) return problem ? <Failed error={problem} retry={() => location.reload()} /> : <Skeleton />;
  if (session.needs) return <SetUp needs={session.needs} />;
  return <Shell />;
}

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  component: () => {
    const { session } = useSession();
    if (may(session, "label")) return <Navigate to="/verify" replace />;
    if (may(session, "review_others")) return <Navigate to="/review" replace />;
    if (may(session, "operate") || may(session, "manage_people")) return <Navigate to="/oversight" replace />;
    if (may(session, "read_chart")) return <Navigate to="/search" replace />;
    return <Navigate to="/work" replace />;
  },
});

type Loader = () => Promise<{ default: () => React.ReactNode }>;
/** Says whether an address is one of a path, whose parts after $ may be anything. */
function isAt(path: string, address: string): boolean {
  const asked = address.split("/");
  const parts = path.split("/");
  return parts.length === asked.length && parts.every((part, at) => part.startsWith("$") || part === asked[at]);
}

const screen = <P extends string>(path: P, load: Loader) => {
  // The screen that the page opens on comes while the server is asked who is there, not after it.
  if (isAt(path, location.pathname)) void load().catch(() => {});
  return createRoute({
    getParentRoute: () => inside,
    path,
    component: lazyRouteComponent(load),
    errorComponent: Failed,
  });
};

const search = createRoute({
  getParentRoute: () => inside,
  path: "/search",
  validateSearch: (said: Record<string, unknown>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(said)
        .filter(([, value]) => typeof value === "string" || typeof value === "number")
        .map(([name, value]) => [name, String(value)]),
    ),
  component: lazyRouteComponent(() => import("../search/search-screen")),
});

const tree = root.addChildren([
  signIn,
  link,
  inside.addChildren([
    home,
    search,
    screen("/verify", () => import("../station/station-screen")),
    screen("/verify/$document", () => import("../station/station-screen")),
    screen("/queue", () => import("../queue/queue-screen")),
    screen("/assemble/$document", () => import("../assemble/assemble-screen")),
    screen("/review", () => import("../second-review/review-screen")),
    screen("/work", () => import("../work/work-screen")),
    screen("/documents/$document", () => import("../record/document-screen")),
    screen("/records/$record", () => import("../record/record-screen")),
    screen("/patients/$patient", () => import("../record/chart-screen")),
    screen("/oversight", () => import("../admin/dashboard-screen")),
    screen("/oversight/batches", () => import("../admin/batches-screen")),
    screen("/oversight/batches/$batch", () => import("../admin/batch-screen")),
    screen("/oversight/people", () => import("../admin/people-screen")),
    screen("/oversight/policies", () => import("../admin/policies-screen")),
    screen("/oversight/holds", () => import("../admin/holds-screen")),
    screen("/oversight/disposals", () => import("../admin/disposals-screen")),
    screen("/oversight/lots", () => import("../admin/lots-screen")),
    screen("/oversight/lots/$lot", () => import("../admin/lot-screen")),
    screen("/oversight/labels", () => import("../admin/labels-screen")),
    screen("/oversight/health", () => import("../admin/health-screen")),
    screen("/requests", () => import("../requests/requests-screen")),
    screen("/audit/access", () => import("../admin/access-screen")),
    screen("/audit", () => import("../admin/audit-screen")),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: "intent",
  defaultPendingMs: 150,
  defaultPendingComponent: Skeleton,
  defaultErrorComponent: Failed,
  defaultNotFoundComponent: () => <Navigate to="/" />,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
