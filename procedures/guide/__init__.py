"""The public side of the guide: which questions are asked, and the plan as its reader sees it.

    parameters    the names in an address, which no question may bear
    inquiry       an address → what is known of a business; and addresses of other states
    finding       everyday words → business types
    records       the rows whose names and texts a plan is told with
    words         reasons, amounts and dates in words
    presentation  the plan as it is shown: by the page, the PDF, the JSON and the others alike
    export        the same as JSON, as calendar and as a short text
    views         what answers an address

Every state is an address: the business type, one parameter for each answered question, and a start date. Nothing is
stored. What belongs in a plan is decided in `procedures.roadmap`.
"""
