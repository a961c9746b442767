//! Containment: every process that parses foreign bytes is started, limited and ended here.
