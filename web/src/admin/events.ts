/** The server says when something has changed (server-sent events); what is on screen is asked for again. */
import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

const REST = 1500;

export function useEvents(key: QueryKey): void {
  const queries = useQueryClient();
  const name = JSON.stringify(key);
  useEffect(() => {
    const source = new EventSource("/api/v1/events");
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      // Many things change at once; one look is enough.
      timer ??= setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: JSON.parse(name) });
      }, REST);
    };
    for (const kind of ["message", "queue", "batches", "jobs", "fixity"]) source.addEventListener(kind, changed);
    let failures = 0;
    source.onerror = () => {
      // Where the server has no events for this person, the page's own clock asks often enough.
      if (++failures >= 3) source.close();
    };
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [queries, name]);
}
