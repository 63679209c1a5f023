"""History is evidence: one append-only event per act, chained per case, sealed over all cases, verifiable offline."""
