import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { Button, Dialog, DialogFoot } from "./parts";

it("opens on what it is for, not on the button that closes it", () => {
  render(
    <Dialog title="Second review" onClose={() => {}}>
      <form>
        <DialogFoot>
          <Button>Cancel</Button>
          <Button type="submit">Ask for it</Button>
        </DialogFoot>
      </form>
    </Dialog>,
  );
  expect(document.activeElement).toBe(screen.getByText("Ask for it"));
});
