"""The simplification ledger: what it takes to open ten reference businesses, recorded at every edition.

    models      one row per edition and business, frozen
    recording   measures and records, in the transaction that publishes the edition
    comparison  figures and how they differ (pure)
    chart       figures as bars (pure)
    words       figures and differences in words
    shown       what the pages show
    export      the same as CSV and JSON
    views       the public pages
    admin       the staff's side, with what would be recorded now

The reference businesses themselves belong to the guide (`procedures.guide.reference`).
"""
