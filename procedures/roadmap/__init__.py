"""The roadmap of one business: what it has to do, in which order, and why.

Pure functions over plain values (`values.py`): no database, no request, no words of the interface, which the views
give. Only `catalogue.py`, the adapter that reads the published records, knows the models.

    answers   what the person said → the facts of the business, and which questions still matter
    inclusion which tasks belong in the plan, and why
    order     what waits for what; circles are broken and named
    plan      both together: phases, waves, what is not needed, alternatives
    folder    every document once, with all its uses
    visits    where to go, what to take
    totals    money, time, counts
    calendar  the plan on a calendar of business days
    supports  the programs that fit the same facts
    checks    what staff want to know about the rules themselves
    compare   how one plan differs from another
"""
