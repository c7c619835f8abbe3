"""The rules as the staff see them: who is asked for what, and what follows from a change.

    sentences  a rule in one sentence, the same wherever it is edited or listed
    naming     the records that rules are told with, named and linked
    circles    requirements that go round in a circle, in words; none is published
    tester     every business type against its plan, and what is odd about the rules
    effect     which plans a version changes, and how, before it is published

What a plan is made of is decided in `procedures.roadmap`; these modules read records, ask it, and say what it answers.
"""
