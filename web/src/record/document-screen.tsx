/** A document that is no record yet, only read. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { call } from "../api/client";
import { may, useSession } from "../app/session";
import { Badge, Button, Facts, parts } from "../design/parts";
import { Loaded } from "../design/states";
import { text } from "../text";
import { aboutDocument } from "./about";
import { RecordFrame } from "./frame";
import type { DocumentView } from "./types";

export default function DocumentScreen() {
  const { document: id } = useParams({ strict: false }) as { document: string };
  const { session } = useSession();
  const view = useQuery({ queryKey: ["document", id], queryFn: () => call<DocumentView>("GET", `/documents/${id}`) });
  return (
    <Loaded query={view}>
      {(document) => (
        <RecordFrame
          document={document}
          badge={<Badge>{text.stateName(document.state)}</Badge>}
          subject={{ documents: [document.id] }}
          actions={(giveOut) => (
            <>
              {may(session, "label") && !document.record && (
                <Link className={parts.button} to="/verify/$document" params={{ document: document.id }}>
                  {text.shell.verify}
                </Link>
              )}
              {document.record && (
                <Link className={parts.button} to="/records/$record" params={{ record: document.record }}>
                  {text.search.openRecord}
                </Link>
              )}
              <Button onClick={() => giveOut("export")}>{text.record.export}</Button>
            </>
          )}
        >
          <Facts items={aboutDocument(document)} />
        </RecordFrame>
      )}
    </Loaded>
  );
}
