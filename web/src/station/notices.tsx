/** What stands in the way, in words, with what can be done about it. */
import { Button } from "../design/parts";
import { Notice, sayProblem } from "../design/states";
import { text } from "../text";
import type { Desk } from "./desk";
import type { DeskState } from "./desk-state";
import type { Obstacle, Work } from "./flow";
import { fieldsOf } from "./flow";

interface NoticesProps {
  desk: Desk;
  state: DeskState;
  work: Work;
  said: { tone: "ok" | "verify"; words: string } | null;
  onClose(): void;
}

export function Notices({ desk, state, work, said, onClose }: NoticesProps) {
  const label = (name: string) => fieldsOf(work.claim.document).find((field) => field.name === name)?.label ?? name;
  const say = (obstacle: Obstacle) => {
    if (obstacle.kind === "patient") return text.station.obstacles.patient;
    if (obstacle.kind === "type") return text.station.obstacles.type;
    if (obstacle.kind === "verify") return text.station.obstacles.verify(label(obstacle.field));
    return text.station.obstacles.disagrees(label(obstacle.field), obstacle.page, obstacle.index);
  };
  const back = state.returned[0];
  return (
    <>
      {work.lost && (
        <Notice
          tone="verify"
          actions={
            <>
              <Button onClick={() => void desk.claimAgain().catch(() => desk.saveNow())}>
                {text.station.claimAgain}
              </Button>
              <Button onClick={() => void desk.skip()}>{text.station.takeNext}</Button>
            </>
          }
        >
          <strong>{text.station.lostTitle}</strong> {text.station.lost}
        </Notice>
      )}
      {back && (
        <Notice tone="verify" actions={<Button onClick={() => desk.reopen()}>{text.station.reopen}</Button>}>
          <strong>{text.station.returnedTitle}</strong> {sayProblem(back.problem)}
        </Notice>
      )}
      {state.problem && !work.lost && <Notice tone="verify">{sayProblem(state.problem)}</Notice>}
      {state.refused.length > 0 && (
        <Notice tone="verify">
          <strong>{text.station.refused}</strong>
          <ul>
            {state.refused.map((obstacle) => (
              <li key={`${obstacle.kind}${"field" in obstacle ? obstacle.field : ""}`}>{say(obstacle)}</li>
            ))}
          </ul>
        </Notice>
      )}
      {said && (
        <Notice
          tone={said.tone}
          actions={
            <Button look="quiet" onClick={onClose}>
              {text.common.close}
            </Button>
          }
        >
          {said.words}
        </Notice>
      )}
    </>
  );
}
