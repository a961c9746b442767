/** Keeps what was typed in this tab, until the server has it: a reload or a lost network loses nothing. Gone at sign-out. */
import type { Entry } from "./flow";

export interface Drafts {
  keep(document: string, entry: Entry): void;
  read(document: string): Entry | null;
  forget(document: string): void;
  /** Remembers which document is in work in this tab. */
  open(document: string | null): void;
  inWork(): string | null;
}

export function tabDrafts(person: string, storage: Storage = sessionStorage): Drafts {
  const key = (document: string) => `muniment.draft.${person}.${document}`;
  const last = `muniment.in-work.${person}`;
  return {
    keep(document, entry) {
      try {
        storage.setItem(key(document), JSON.stringify(entry));
      } catch {
        // A full or forbidden storage: the server's draft is what remains.
      }
    },
    read(document) {
      try {
        const kept = storage.getItem(key(document));
        return kept === null ? null : (JSON.parse(kept) as Entry);
      } catch {
        return null;
      }
    },
    forget(document) {
      storage.removeItem(key(document));
    },
    open(document) {
      try {
        if (document) storage.setItem(last, document);
        else storage.removeItem(last);
      } catch {
        // After a reload the queue leads.
      }
    },
    inWork() {
      try {
        return storage.getItem(last);
      } catch {
        return null;
      }
    },
  };
}
