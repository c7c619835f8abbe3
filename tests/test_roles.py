"""Every role against every action of the admin, over HTTP. What is expected stands in EXPECTED, to be read.

docs/roles.md is made of it: `WRITE_DOCS=1 pytest tests/test_roles.py` writes the file again.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, reverse
from django_tasks_db.models import DBTaskResult
from model_bakery import baker

from brochure.actions import compose_edition
from brochure.tasks import draw_edition
from engagement.admin.moves import POST_MOVES, THREAD_MOVES
from portal.accounts.roles import ROLES, write_roles
from procedures import actions
from procedures.admin.moves import MOVES
from procedures.models import Import, LinkCheck, Procedure, ProcedureVersion, Program, ProgramVersion
from tests.editions import TITLES
from tests.engagement_rows import institution, make_pending, make_thread, make_update, make_verdict
from tests.factories import make_procedure, make_program
from tests.ledger import make_business, make_edition, make_entry

MAY, REFUSED, SIGN_IN = "●", "·", "→"
PEOPLE = ["anonymous", "inactive", "no_role", *ROLES, "superuser"]
HEADS = ["anon", "gone", "none", "edit", "revi", "publ", "mode", "comm", "body", "admi", "supe"]

EXPECTED = """
                                                      anon  gone  none  edit  revi  publ  mode  comm  body  admi  supe
auth.group see                                         →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
auth.group add                                         →     →     ·     ·     ·     ·     ·     ·     ·     ·     ●
auth.group change                                      →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
auth.group delete                                      →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
auth.user see                                          →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
auth.user add                                          →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
auth.user change                                       →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
auth.user delete                                       →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
axes.accessattempt see                                 →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
axes.accessattempt add                                 →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
axes.accessattempt change                              →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
axes.accessattempt delete                              →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
brochure.edition see                                   →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
brochure.edition add                                   →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
brochure.edition change                                →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
brochure.edition delete                                →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
brochure.ledgerentry see                               →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
brochure.ledgerentry add                               →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
brochure.ledgerentry change                            →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
brochure.ledgerentry delete                            →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
django_tasks_database.dbtaskresult see                 →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
django_tasks_database.dbtaskresult add                 →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
django_tasks_database.dbtaskresult change              →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
django_tasks_database.dbtaskresult delete              →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
engagement.commitment see                              →     →     ·     ·     ·     ·     ·     ●     ●     ●     ●
engagement.commitment add                              →     →     ·     ·     ·     ·     ·     ●     ·     ●     ●
engagement.commitment change                           →     →     ·     ·     ·     ·     ·     ●     ·     ●     ●
engagement.commitment delete                           →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
engagement.milestone see                               →     →     ·     ·     ·     ·     ·     ●     ●     ●     ●
engagement.milestone add                               →     →     ·     ·     ·     ·     ·     ●     ·     ●     ●
engagement.milestone change                            →     →     ·     ·     ·     ·     ·     ●     ·     ●     ●
engagement.milestone delete                            →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
engagement.statusupdate see                            →     →     ·     ·     ·     ·     ·     ●     ●     ●     ●
engagement.statusupdate add                            →     →     ·     ·     ·     ·     ·     ●     ·     ●     ●
engagement.statusupdate change                         →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
engagement.statusupdate delete                         →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
engagement.thread see                                  →     →     ·     ·     ·     ·     ●     ·     ·     ●     ●
engagement.thread add                                  →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
engagement.thread change                               →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
engagement.thread delete                               →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
engagement.verdict see                                 →     →     ·     ·     ·     ·     ·     ●     ●     ●     ●
engagement.verdict add                                 →     →     ·     ·     ·     ·     ·     ·     ●     ·     ●
engagement.verdict change                              →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
engagement.verdict delete                              →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
portal.emptysearch see                                 →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
portal.emptysearch add                                 →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
portal.emptysearch change                              →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
portal.emptysearch delete                              →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.audience see                                →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.audience add                                →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.audience change                             →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.audience delete                             →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.businesstype see                            →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.businesstype add                            →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.businesstype change                         →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.businesstype delete                         →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.document see                                →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.document add                                →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.document change                             →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.document delete                             →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.glossaryterm see                            →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.glossaryterm add                            →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.glossaryterm change                         →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.glossaryterm delete                         →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.import see                                  →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.import add                                  →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.import change                               →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.import delete                               →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.institution see                             →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.institution add                             →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.institution change                          →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.institution delete                          →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.legalinstrument see                         →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.legalinstrument add                         →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.legalinstrument change                      →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.legalinstrument delete                      →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.legalprofile see                            →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.legalprofile add                            →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.legalprofile change                         →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.legalprofile delete                         →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.linkcheck see                               →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.linkcheck add                               →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.linkcheck change                            →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.linkcheck delete                            →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.nonworkingday see                           →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.nonworkingday add                           →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.nonworkingday change                        →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.nonworkingday delete                        →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.office see                                  →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.office add                                  →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.office change                               →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.office delete                               →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.placeholder see                             →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.placeholder add                             →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.placeholder change                          →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.placeholder delete                          →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.procedure see                               →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.procedure add                               →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.procedure change                            →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.procedure delete                            →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.procedureversion see                        →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.procedureversion add                        →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.procedureversion change                     →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.procedureversion delete                     →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.program see                                 →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.program add                                 →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.program change                              →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.program delete                              →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.programversion see                          →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.programversion add                          →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.programversion change                       →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.programversion delete                       →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.question see                                →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.question add                                →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.question change                             →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.question delete                             →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.referencebusiness see                       →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.referencebusiness add                       →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.referencebusiness change                    →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.referencebusiness delete                    →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.reverification see                          →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.reverification add                          →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.reverification change                       →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.reverification delete                       →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.situation see                               →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.situation add                               →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.situation change                            →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.situation delete                            →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.source see                                  →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.source add                                  →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.source change                               →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.source delete                               →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.stage see                                   →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.stage add                                   →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.stage change                                →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.stage delete                                →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.trailline see                               →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.trailline add                               →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.trailline change                            →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.trailline delete                            →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.translatedtext see                          →     →     ·     ●     ●     ·     ·     ●     ·     ●     ●
procedures.translatedtext add                          →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.translatedtext change                       →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.translatedtext delete                       →     →     ·     ·     ·     ·     ·     ·     ·     ·     ·
procedures.unitvalue see                               →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
procedures.unitvalue add                               →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.unitvalue change                            →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.unitvalue delete                            →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
procedures.procedureversion start                      →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.procedureversion restore                    →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.procedureversion submit                     →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.procedureversion approve                    →     →     ·     ·     ●     ·     ·     ·     ·     ●     ●
procedures.procedureversion publish                    →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
procedures.procedureversion schedule                   →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
procedures.procedureversion return                     →     →     ·     ·     ●     ·     ·     ·     ·     ●     ●
procedures.procedureversion retire                     →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
procedures.procedureversion discard                    →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.procedureversion return what was approved   →     →     ·     ·     ●     ●     ·     ·     ·     ●     ●
procedures.programversion start                        →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.programversion restore                      →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.programversion submit                       →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.programversion approve                      →     →     ·     ·     ●     ·     ·     ·     ·     ●     ●
procedures.programversion publish                      →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
procedures.programversion schedule                     →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
procedures.programversion return                       →     →     ·     ·     ●     ·     ·     ·     ·     ●     ●
procedures.programversion retire                       →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
procedures.programversion discard                      →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
procedures.programversion return what was approved     →     →     ·     ·     ●     ●     ·     ·     ·     ●     ●
engagement.thread publish                              →     →     ·     ·     ·     ·     ●     ·     ·     ●     ●
engagement.thread reject                               →     →     ·     ·     ·     ·     ●     ·     ·     ●     ●
engagement.thread answer                               →     →     ·     ·     ·     ·     ●     ·     ·     ●     ●
engagement.thread close                                →     →     ·     ·     ·     ·     ●     ·     ·     ●     ●
engagement.thread withdraw                             →     →     ·     ·     ·     ·     ●     ·     ·     ●     ●
engagement.post withdraw                               →     →     ·     ·     ·     ·     ●     ·     ·     ●     ●
engagement.post restore                                →     →     ·     ·     ·     ·     ●     ·     ·     ●     ●
page auth_user_password_change                         →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
page auth_user_second_factor                           →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
page axes_accessattempt_unlock                         →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
page brochure_edition_file                             →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
page brochure_edition_progress                         →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
page brochure_edition_publish                          →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
page brochure_edition_render                           →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
page brochure_edition_withdraw                         →     →     ·     ·     ·     ●     ·     ·     ·     ●     ●
page brochure_ledgerentry_now                          →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_import_confirm                         →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
page procedures_import_discard                         →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
page procedures_import_export                          →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
page procedures_import_mapping                         →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
page procedures_import_mapping_file                    →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
page procedures_import_refused                         →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
page procedures_legalinstrument_reform                 →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
page procedures_procedureversion_checks                →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_procedureversion_compare               →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_procedureversion_effect                →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_procedureversion_link-checks           →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_procedureversion_links                 →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_procedureversion_review                →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_programversion_checks                  →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_programversion_compare                 →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_programversion_effect                  →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_programversion_link-checks             →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_programversion_links                   →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_programversion_review                  →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_reverification_fees                    →     →     ·     ●     ·     ·     ·     ·     ·     ●     ●
page procedures_reverification_settle                  →     →     ·     ·     ●     ·     ·     ·     ·     ●     ●
page procedures_rules                                  →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
page procedures_trailline_file                         →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
page procedures_trailline_record                       →     →     ·     ·     ·     ·     ·     ·     ·     ●     ●
page procedures_translation_desk                       →     →     ·     ●     ●     ·     ·     ●     ·     ●     ●
page procedures_translation_language                   →     →     ·     ●     ●     ·     ·     ●     ·     ●     ●
page procedures_translation_outdated                   →     →     ·     ●     ●     ·     ·     ●     ·     ●     ●
page procedures_translation_record                     →     →     ·     ●     ●     ●     ·     ·     ·     ●     ●
own account                                            →     →     ●     ●     ●     ●     ●     ●     ●     ●     ●
"""

LEGEND = """# Who may do what

Written by `WRITE_DOCS=1 pytest tests/test_roles.py` from the table in that test, which tries every action of the admin
with every role over HTTP. What each role is for stands in [portal/accounts/roles.py](../portal/accounts/roles.py).

- ● may
- · is refused with a page that says what is missing and whom to ask
- → is sent to sign in

The columns: *anon*ymous, *gone* (an account that is out of use), *none* (staff without a role), *edit*or, *revi*ewer,
*publ*isher, *mode*rator, *comm*itment officer, reviewing *body*, *admi*nistrator, *supe*ruser.

Somebody with several roles may do what any of them may. Beyond this table nobody, whatever the role, approves a version
that he wrote, changes what is published, or deletes what others name.

"""


@dataclass
class Action:
    """Something somebody may try: one or several requests that all have to go the same way."""

    name: str
    requests: list = field(default_factory=list)  # (method, path, data)


@pytest.fixture
def people(db):
    """`{name: a signed-in Client}`; the inactive one was an administrator until a moment ago."""
    users = get_user_model().objects
    made = {
        "inactive": users.create_user("inactive", is_staff=True),
        "no_role": users.create_user("no_role", is_staff=True),
        "superuser": users.create_superuser("superuser"),
    }
    for key in ROLES:
        made[key] = users.create_user(key, is_staff=True)
        made[key].groups.add(Group.objects.get(name=key))
    made["inactive"].groups.add(Group.objects.get(name="administrator"))
    clients = {"anonymous": Client()}
    for name, user in made.items():
        clients[name] = Client()
        clients[name].force_login(user)
    users.filter(username="inactive").update(is_active=False)
    return {name: clients[name] for name in PEOPLE}


@pytest.fixture
def author(db):
    return get_user_model().objects.create_user("author", is_staff=True)


STEPS = ["draft", "in_review", "approved", "published", "retired"]


def version_in(make, state, author, name=""):
    """A version in that state, written by the author and reviewed, if it was, by somebody else."""
    reviewer = get_user_model().objects.get_or_create(username="earlier_reviewer")[0]
    slug = f"de-rol-{make.__name__}-{state}-{name}x".replace("_", "-")
    version = make(slug, state="draft", published_at=None, author=author)
    reached = STEPS.index(state)
    if reached >= 1:
        actions.submit(version=version, by=author)
    if reached >= 2:
        actions.approve(version=version, by=reviewer)
    if reached >= 3:
        actions.publish(version=version, by=reviewer, despite=True)
    if reached >= 4:
        actions.retire(version=version, by=reviewer)
    return version


def make_task():
    draw_edition.enqueue(1, 1)
    return DBTaskResult.objects.get()


def make_attempt():
    return AccessAttempt.objects.create(username="ana", ip_address="10.0.0.1", failures_since_start=9)


# How to have a row of a model of which the real content has none, or one that may be changed.
ROWS: dict[str, Callable] = {
    "procedures.procedureversion": lambda author: version_in(make_procedure, "draft", author),
    "procedures.programversion": lambda author: version_in(make_program, "draft", author),
    "procedures.import": lambda author: Import.objects.create(
        by=author, file_name="x.csv", size=1, sha256="0" * 64, mapping={"table": "institutions"}
    ),
    "procedures.reverification": lambda author: make_procedure("dudoso").reverifications.create(
        cause="fee", opened_by=author, assurance_before="partly"
    ),
    "procedures.linkcheck": lambda author: LinkCheck.objects.create(url="https://example.org/", result="fine"),
    "brochure.ledgerentry": lambda author: make_entry(make_edition(90), make_business()),
    "procedures.procedure": lambda author: Procedure.objects.first(),
    "procedures.program": lambda author: Program.objects.first(),
    "engagement.thread": lambda author: make_thread(author),
    "engagement.statusupdate": lambda author: make_update(),
    "engagement.verdict": lambda author: make_verdict(),
    "brochure.edition": lambda author: compose_edition(**TITLES),
    "auth.user": lambda author: author,
    "auth.group": lambda author: Group.objects.get(name="editor"),
    "axes.accessattempt": lambda author: make_attempt(),
    "django_tasks_database.dbtaskresult": lambda author: make_task(),
}


def row_for(model, author):
    """A row of the model, the same one for all its actions but a draft for what only a draft can do."""
    label = model._meta.label_lower
    if label in ROWS:
        return ROWS[label](author)
    return model._default_manager.first() or baker.make(model)


def record_actions(rows):
    """See, add, change and delete for every model of the admin."""
    for model, row in rows.items():
        label = model._meta.label_lower
        view = f"admin:{label.replace('.', '_')}_"
        page = {name: reverse(view + name, args=[row.pk]) for name in ("change", "delete")}
        listed, added = reverse(view + "changelist"), reverse(view + "add")
        yield Action(f"{label} see", [("get", listed, {}), ("get", page["change"], {})])
        yield Action(f"{label} add", [("post", added, {})])
        yield Action(f"{label} change", [("post", page["change"], {})])
        yield Action(f"{label} delete", [("post", page["delete"], {"post": "yes"})])


MOVE_STATES = {
    "start": "published",
    "submit": "draft",
    "approve": "in_review",
    "return": "in_review",
    "schedule": "approved",
    "publish": "approved",
    "retire": "published",
    "discard": "draft",
    "restore": "retired",
}


def version_actions(author):
    """Every move of a version, in a state in which it is legal."""
    for make, model in ((make_procedure, ProcedureVersion), (make_program, ProgramVersion)):
        label = model._meta.label_lower
        for name in MOVES:
            version = version_in(make, MOVE_STATES[name], author, name)
            path = reverse(f"admin:{label.replace('.', '_')}_move", args=[version.pk, name])
            data = {"note": "Falta la fuente.", "publish_at": ""}
            yield Action(f"{label} {name}", [("post", path, data)])
        approved = version_in(make, "approved", author, "returned")
        path = reverse(f"admin:{label.replace('.', '_')}_move", args=[approved.pk, "return"])
        yield Action(f"{label} return what was approved", [("post", path, data)])


def dialogue_actions(author):
    thread = make_pending(title="¿Y el horario?")
    post = thread.posts.get()
    data = {"reason": "No es del tema.", "institution": institution().pk, "body_es": "A las nueve."}
    for name in THREAD_MOVES:
        path = reverse("admin:engagement_thread_move", args=[thread.pk, name])
        yield Action(f"engagement.thread {name}", [("post", path, data)])
    for name in POST_MOVES:
        path = reverse("admin:engagement_thread_post_move", args=[thread.pk, post.pk, name])
        yield Action(f"engagement.post {name}", [("post", path, data)])


# Pages of the admin beside those that Django makes for every model, by the name of their address, and how they are
# asked for. Those of a record are asked for with the model's row.
PAGES = {
    "brochure_edition_file": "get",
    "brochure_edition_progress": "get",
    "brochure_edition_publish": "post",
    "brochure_edition_render": "post",
    "brochure_edition_withdraw": "get",
    "brochure_ledgerentry_now": "get",
    "procedures_import_confirm": "post",
    "procedures_import_discard": "post",
    "procedures_import_export": "get",
    "procedures_import_mapping": "get",
    "procedures_import_mapping_file": "get",
    "procedures_import_refused": "get",
    "procedures_legalinstrument_reform": "get",
    "procedures_procedureversion_checks": "get",
    "procedures_procedureversion_compare": "get",
    "procedures_procedureversion_effect": "get",
    "procedures_procedureversion_link-checks": "post",
    "procedures_procedureversion_links": "post",
    "procedures_procedureversion_review": "get",
    "procedures_programversion_checks": "get",
    "procedures_programversion_compare": "get",
    "procedures_programversion_effect": "get",
    "procedures_programversion_link-checks": "post",
    "procedures_programversion_links": "post",
    "procedures_programversion_review": "get",
    "procedures_reverification_fees": "get",
    "procedures_reverification_settle": "post",
    "procedures_rules": "get",
    "procedures_trailline_file": "get",
    "procedures_trailline_record": "get",
    "procedures_translation_desk": "get",
    "procedures_translation_language": "get",
    "procedures_translation_outdated": "get",
    "procedures_translation_record": "get",
    "auth_user_password_change": "get",
    "auth_user_second_factor": "get",
    "axes_accessattempt_unlock": "post",
}
# Django's own for everybody on the staff, signing in and out, and the moves, which are tried one by one.
NOT_PAGES = {
    "account",
    "app_list",
    "autocomplete",
    "engagement_thread_move",
    "engagement_thread_post_move",
    "index",
    "jsi18n",
    "login",
    "logout",
    "manual",
    "password_change",
    "password_change_done",
    "password_reset",
    "password_reset_complete",
    "password_reset_confirm",
    "password_reset_done",
    "procedures_procedureversion_move",
    "procedures_programversion_move",
    "recovery_codes",
    "second_factor_enrol",
    "second_factor_off",
    "second_factor_verify",
    "view_on_site",
}


def special_pages():
    """`{name: URLPattern}` of the admin's addresses that Django does not make for every model."""
    usual = ("changelist", "add", "history", "delete", "change")
    usual = {f"{model._meta.label_lower.replace('.', '_')}_{view}" for model in admin.site._registry for view in usual}
    return {pattern.name: pattern for pattern in patterns(admin.site.get_urls()) if pattern.name not in usual}


def patterns(urls):
    for pattern in urls:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns)
        elif pattern.name:
            yield pattern


def page_actions(rows):
    by_name = {model._meta.label_lower.replace(".", "_"): row for model, row in rows.items()}
    there = special_pages()
    for name, method in sorted(PAGES.items()):
        row = by_name.get("_".join(name.split("_")[:2]))
        known = {"pk": row and row.pk, "id": row and row.pk, "language": "en", "name": "procedures.institution"}
        known |= {"paper": "letter", "kind": "csv", "model": "procedures.institution", "key": institution().pk}
        if name == "procedures_translation_record":
            known["pk"] = institution().pk
        if name == "procedures_reverification_settle":
            known["pk"] = row.version_id  # all doubts about one version
        needed = there[name].pattern.converters
        path = reverse(f"admin:{name}", kwargs={key: known[key] for key in needed})
        yield Action(f"page {name}", [(method, path, {})])


def test_every_page_of_the_admin_is_tried():
    assert special_pages().keys() - NOT_PAGES == PAGES.keys() - NOT_PAGES
    assert len(special_pages()) > 40


def other_actions(author):
    own = ["index", "manual", "account", "second_factor_enrol", "password_change"]
    yield Action("own account", [("get", reverse(f"admin:{name}"), {}) for name in own])


def outcome(client, method, path, data):
    """MAY, REFUSED or SIGN_IN – or what else came, which the table then shows. Nothing of it stays."""
    with transaction.atomic():
        response = getattr(client, method)(path, data)
        transaction.set_rollback(True)
    names = [template.name for template in response.templates]
    if response.status_code == 302 and response.url.startswith("/admin/login/"):
        return SIGN_IN
    if response.status_code == 403 and "admin/accounts/send_again.html" in names:
        return SIGN_IN  # with what was typed kept
    if response.status_code == 403 and "admin/accounts/forbidden.html" in names:
        said = response.context["needed"] or response.context["is_rule"]
        return REFUSED if said and "<h1>No puedes hacer esto</h1>" in response.content.decode() else "unclear"
    return MAY if response.status_code in (200, 302) else str(response.status_code)


def row_of(action, people):
    """What comes of the action for each person; "?" and all that came where its requests don't agree."""
    found = []
    for client in people.values():
        outcomes = {outcome(client, *request) for request in action.requests}
        found.append(outcomes.pop() if len(outcomes) == 1 else "?" + "".join(sorted(outcomes)))
    return found


def as_table(rows):
    width = max(len(name) for name in rows)
    lines = [" " * width + "  " + "  ".join(HEADS)]
    for name, found in rows.items():
        cells = "  ".join(mark.center(len(head)) for mark, head in zip(found, HEADS, strict=True))
        lines.append(f"{name:<{width}}  {cells}".rstrip())
    return "\n".join(lines)


@pytest.mark.django_db
def test_every_role_may_do_exactly_what_the_table_says(people, author, caplog):
    """Prints what it measured: `pytest -s`."""
    caplog.set_level(logging.ERROR, "django.request")
    models = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
    rows = {model: row_for(model, author) for model in models}
    tried = [
        *record_actions(rows),
        *version_actions(author),
        *dialogue_actions(author),
        *page_actions(rows),
        *other_actions(author),
    ]
    table = as_table({action.name: row_of(action, people) for action in tried})
    print(f"\n{table}\n{len(tried)} actions × {len(people)} people")
    assert table.splitlines() == EXPECTED.strip("\n").splitlines()
    assert len(tried) > 130


def test_the_roles_document_is_what_the_table_says():
    document = settings.BASE_DIR / "docs" / "roles.md"
    written = f"{LEGEND}```text\n{EXPECTED.strip(chr(10))}\n```\n"
    if "WRITE_DOCS" in os.environ:
        document.write_text(written)
    assert document.read_text() == written


@pytest.mark.django_db
def test_every_permission_of_the_table_exists_and_every_one_of_the_admin_is_somebodys():
    names = Permission.objects.values_list("content_type__app_label", "codename")
    there = {f"{app}.{codename}" for app, codename in names}
    given = set().union(*(role.permissions for role in ROLES.values()))
    assert given - there == set()
    custom = {
        f"{model._meta.app_label}.{codename}"
        for model in admin.site._registry
        for codename, _ in model._meta.permissions
    }
    assert custom - given == set()
    assert len(given) > 100


@pytest.mark.django_db
def test_groups_are_kept_as_the_table_says_and_others_are_left_alone():
    editor, own = Group.objects.get(name="editor"), Group.objects.create(name="Ventanilla")
    anything = Permission.objects.get(codename="publish_edition")
    for group in (editor, own):
        group.permissions.add(anything)
    write_roles()
    assert not editor.permissions.contains(anything)
    assert own.permissions.contains(anything)
    assert Group.objects.filter(name__in=ROLES).count() == 7


@pytest.mark.django_db
def test_a_refusal_says_what_is_missing_who_has_it_and_whom_to_ask(people):
    refused = people["reviewer"].post(
        "/admin/procedures/document/add/", {"name_es": "Acta de prueba", "csrfmiddlewaretoken": "x"}
    )
    text = " ".join(refused.content.decode().split())
    assert refused.status_code == 403
    assert "A tu cuenta le falta el permiso de <b>agregar: documentos</b>." in text
    assert "Funciones que lo tienen: <b>Edición</b>, <b>Administración</b>." in text
    assert "Tus funciones: Revisión." in text
    assert "Pídelo a quien administra: administrator, superuser." in text
    assert "Acta de prueba" in text
    assert people["reviewer"].post("/en/admin/procedures/document/add/").status_code == 403


@pytest.mark.django_db
def test_a_refusal_in_english_is_in_english(people):
    text = people["moderator"].get("/en/admin/procedures/document/").content.decode()
    assert "<h1>You can&#x27;t do this</h1>" in text
    assert "see: documents" in text


@pytest.mark.django_db
def test_what_nobody_may_do_is_said_to_be_a_rule(people, author):
    made = make_update()
    text = people["commitment_officer"].post(f"/admin/engagement/statusupdate/{made.pk}/change/").content.decode()
    assert "No es cuestión de permisos" in text
    assert "agrega otro" in text


@pytest.mark.django_db
def test_an_app_of_which_nothing_may_be_seen_is_refused_and_no_missing_page(people):
    assert people["moderator"].get("/admin/brochure/").status_code == 403
    assert people["publisher"].get("/admin/brochure/").status_code == 200
    assert people["publisher"].get("/admin/nada/").status_code == 404
