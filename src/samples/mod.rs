//! Synthetic charts: deterministic pages with exact text, degraded like real scans. Never real people.
