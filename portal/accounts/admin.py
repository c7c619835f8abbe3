"""Accounts for administrators: people and their roles, groups, and sign-ins that are locked."""

from axes.models import AccessAttempt
from axes.utils import reset as unlock
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import BaseUserCreationForm, UsernameField
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, F, OuterRef, Q, Sum, Window
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django_otp.plugins.otp_static.admin import StaticDeviceAdmin as _with_codes  # noqa: F401 – registers, see below
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDeviceAdmin as _with_keys  # noqa: F401
from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts import passwords, roles, second_factor
from portal.accounts.views import log
from procedures.models import Institution, StaffProfile

# Nobody reads another's keys and codes: devices are reset on the page of the account.
admin.site.unregister([StaticDevice, TOTPDevice, User, Group])


class RolesField(forms.ModelMultipleChoiceField):
    """Roles as checkboxes with what each is for; groups of the staff's own after them."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self):
        order = {key: place for place, key in enumerate(roles.ROLES)}
        super().__init__(Group.objects.order_by("name"), required=False, label=_("Roles"))
        self.choices = sorted(self.choices, key=lambda choice: order.get(choice[0].instance.name, len(order)))

    def label_from_instance(self, group):
        if role := roles.ROLES.get(group.name):
            return format_html("<span><b>{}</b> {}</span>", role.label, role.task)
        return group.name


class AccountForm(forms.ModelForm):
    unit = forms.ModelChoiceField(
        Institution.objects.order_by("name_es"),
        required=False,
        label=_("Unit"),
        help_text=_("The institution they work for: the first page can show what is its own."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        profile = StaffProfile.objects.filter(user=self.instance.pk).first()
        if profile and "unit" in self.fields:
            self.initial["unit"] = profile.institution_id

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "is_active", "groups")
        field_classes = {"username": UsernameField}
        labels = {"is_active": _("May sign in")}
        help_texts = {
            "is_active": _("Accounts are not deleted, so that it stays known who did what: take this away instead."),
            "email": _("A new password is sent here."),
        }

    def clean_email(self):
        email = self.cleaned_data["email"]
        if email and User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another account has this address."))
        return email


class NewAccountForm(AccountForm, BaseUserCreationForm):
    """Without a password the person gets a mail with a link to choose one."""

    class Meta(AccountForm.Meta):
        fields = ("username", "first_name", "last_name", "email", "groups")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if settings.SENDS_MAIL:
            for name in ("password1", "password2"):
                self.fields[name].required = False
            self.fields["password2"].help_text = _("Leave both empty, and the person gets a mail with a link.")

    def clean(self):
        data = super().clean()
        if not data.get("password1") and data.get("password2"):
            self.add_error("password1", _("Write the password twice."))
        elif data.get("password1") and not data.get("password2"):
            self.add_error("password2", _("Write the password twice."))
        elif not data.get("password1") and not data.get("email") and settings.SENDS_MAIL and "email" not in self.errors:
            self.add_error("email", _("Without a password an address is needed, to send the link to."))
        return data

    def set_password_and_save(self, user, **options):
        if self.cleaned_data["password1"]:
            return super().set_password_and_save(user, **options)
        user.set_unusable_password()
        return user


class RoleFilter(admin.RelatedFieldListFilter):
    """The roles by their names, in the reader's language."""

    def field_choices(self, field, request, model_admin):
        return [(group.pk, roles.group_label(group)) for group in Group.objects.order_by("name")]


@admin.register(User)
class AccountAdmin(auth_admin.UserAdmin):
    form = AccountForm
    add_form = NewAccountForm
    add_form_template = None
    list_display = ("username", "full_name", "email", "role_names", "has_phone", "last_sign_in", "is_active")
    list_filter = ("is_active", ("groups", RoleFilter))
    actions = None
    filter_horizontal = ("user_permissions",)
    readonly_fields = ("password_state", "second_factor_state", "last_login", "date_joined")
    change_form_template = "admin/accounts/account_change_form.html"
    person = (None, {"fields": ["username", ("first_name", "last_name"), "email"]})
    sign_in = (_("Signing in"), {"fields": ["password_state", "second_factor_state", "last_login", "date_joined"]})
    beyond = (
        _("Beyond the roles"),
        {
            "classes": ["collapse"],
            "description": _("For superusers only. Whoever has the right roles needs none of this."),
            "fields": ["is_superuser", "user_permissions"],
        },
    )

    def get_fieldsets(self, request, obj=None):
        what_for = (_("What for"), {"fields": ["groups", "unit", "is_active"] if obj else ["groups", "unit"]})
        if obj is None:
            return [self.person, what_for, (_("Password"), {"fields": ["password1", "password2"]})]
        fieldsets = [self.person, what_for, self.sign_in]
        return [*fieldsets, self.beyond] if request.user.is_superuser else fieldsets

    def get_queryset(self, request):
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).prefetch_related("groups").annotate(has_second_factor=Exists(devices))

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "groups":
            return RolesField()
        if db_field.name == "user_permissions":
            kwargs["queryset"] = Permission.objects.select_related("content_type")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("name"), ordering="first_name")
    def full_name(self, user):
        return user.get_full_name()

    @admin.display(description=_("roles"))
    def role_names(self, user):
        held = sorted(user.groups.all(), key=lambda group: [*roles.ROLES, group.name].index(group.name))
        names = [str(roles.group_label(group)) for group in held]
        return ", ".join([gettext("Superuser"), *names] if user.is_superuser else names)

    @admin.display(description=_("second factor"), boolean=True, ordering="has_second_factor")
    def has_phone(self, user):
        return user.has_second_factor

    @admin.display(description=_("last sign-in"), ordering="last_login")
    def last_sign_in(self, user):
        return user.last_login and date_format(timezone.localtime(user.last_login), "SHORT_DATE_FORMAT")

    @admin.display(description=_("Password"))
    def password_state(self, user):
        said = gettext("Is set.") if user.has_usable_password() else gettext("None yet: nobody can sign in.")
        url = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('{} <a href="{}">{}</a>', said, url, gettext("Set a new one"))

    @admin.display(description=_("Second factor"))
    def second_factor_state(self, user):
        if not second_factor.is_on(user):
            return gettext("Off: the password is enough.")
        url = reverse("admin:auth_user_second_factor", args=[user.pk])
        return format_html('{} <a href="{}">{}</a>', gettext("On."), url, gettext("Reset it"))

    # Who may

    def has_change_permission(self, request, obj=None):
        """Nobody but a superuser touches a superuser."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not obj.is_superuser)

    def has_delete_permission(self, request, obj=None):
        """Never: it would take along who did what."""
        return False

    def get_readonly_fields(self, request, obj=None):
        """Nobody gives himself a role, or shuts himself out."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "groups", "is_active"] if obj == request.user and not request.user.is_superuser else fields

    # What is saved

    def save_model(self, request, obj, form, change):
        """Who has an account here belongs to the staff: citizens need none."""
        obj.is_staff = True
        super().save_model(request, obj, form, change)
        if "unit" in form.changed_data:
            StaffProfile.objects.update_or_create(user=obj, defaults={"institution": form.cleaned_data["unit"]})
        if not change and not obj.has_usable_password():
            passwords.send_link.enqueue(obj.pk, get_language())
            message = gettext("A mail with a link to choose a password goes to %(email)s.")
            self.message_user(request, message % {"email": obj.email}, messages.INFO)

    # The second factor of somebody who lost the phone

    def get_urls(self):
        view = self.admin_site.admin_view(self.second_factor_view)
        return [path("<int:pk>/second-factor/", view, name="auth_user_second_factor"), *super().get_urls()]

    def second_factor_view(self, request, pk):
        """GET: what resetting means. POST: forgets phone and codes, with a line in the history."""
        user = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied("auth.change_user")
        if user == request.user:
            return HttpResponseRedirect(reverse("admin:second_factor_off"))
        if request.method != "POST":
            context = self.admin_site.each_context(request) | {
                "title": gettext("Reset the second factor"),
                "opts": self.opts,
                "original": user,
            }
            return TemplateResponse(request, "admin/accounts/reset_second_factor.html", context)
        if second_factor.turn_off(user=user):
            log(user, request.user, gettext_noop("Second factor reset by an administrator."))
            self.message_user(request, gettext("The second factor is off: the password is enough."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))


@admin.register(Group)
class RoleAdmin(auth_admin.GroupAdmin):
    """The roles of the house are read; groups beside them are made by superusers, who alone can grant any right."""

    list_display = ("label", "task", "member_count")
    in_words = ("label", "task", "members", "may")
    actions = None

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(member_total=Count("user", Q(user__is_active=True)))

    def get_fields(self, request, obj=None):
        return ["name", "permissions"] if self.has_change_permission(request, obj) else self.in_words

    def get_readonly_fields(self, request, obj=None):
        return [] if self.has_change_permission(request, obj) else self.in_words

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            context |= {"title": roles.group_label(obj), "subtitle": None}
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=_("name"), ordering="name")
    def label(self, group):
        return roles.group_label(group)

    @admin.display(description=_("what for"))
    def task(self, group):
        return roles.ROLES[group.name].task if group.name in roles.ROLES else gettext("Made by a superuser.")

    @admin.display(description=_("people"), ordering="member_total")
    def member_count(self, group):
        return group.member_total

    @admin.display(description=_("people"))
    def members(self, group):
        people = group.user_set.filter(is_active=True).order_by("username")
        return ", ".join(user.get_full_name() or user.username for user in people) or "–"

    @admin.display(description=_("may"))
    def may(self, group):
        held = group.permissions.order_by("content_type__app_label", "content_type__model", "pk")
        names = held.values_list("content_type__app_label", "codename")
        rows = [(roles.permission_label(f"{app}.{codename}"),) for app, codename in names]
        return format_html('<ul class="links">{}</ul>', format_html_join("", "<li>{}</li>", rows))

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser and (obj is None or obj.name not in roles.ROLES)

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser and obj is not None and obj.name not in roles.ROLES


@admin.register(AccessAttempt)
class AttemptAdmin(admin.ModelAdmin):
    """Names and addresses whose sign-in failed lately; those that are locked can be unlocked before the time."""

    list_display = ("username", "ip_address", "failures", "attempt_time", "state")
    search_fields = ("username", "ip_address")
    fields = ("username", "ip_address", "failures", "attempt_time", "state")
    change_form_template = "admin/accounts/attempt_change_form.html"
    actions = None

    def get_queryset(self, request):
        together = Window(Sum("failures_since_start"), partition_by=[F("username"), F("ip_address")])
        return super().get_queryset(request).annotate(failure_total=together)

    @admin.display(description=_("failures"))
    def failures(self, attempt):
        return attempt.failure_total

    @admin.display(description=_("state"))
    def state(self, attempt):
        until = attempt.attempt_time + settings.AXES_COOLOFF_TIME
        if until < timezone.now():
            return gettext("over")
        if attempt.failure_total < settings.AXES_FAILURE_LIMIT:
            return gettext("not locked")
        return gettext("locked until %(time)s") % {"time": date_format(timezone.localtime(until), "TIME_FORMAT")}

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        view = self.admin_site.admin_view(self.unlock_view)
        return [path("<int:pk>/unlock/", view, name="axes_accessattempt_unlock"), *super().get_urls()]

    @method_decorator(require_POST)
    def unlock_view(self, request, pk):
        if not request.user.has_perm("axes.delete_accessattempt"):
            raise PermissionDenied("axes.delete_accessattempt")
        attempt = get_object_or_404(AccessAttempt, pk=pk)
        unlock(ip=attempt.ip_address, username=attempt.username)
        self.log_deletions(request, [attempt])
        self.message_user(request, gettext("Unlocked: the next sign-in is looked at again."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:axes_accessattempt_changelist"))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {"title": obj.username, "may_unlock": request.user.has_perm("axes.delete_accessattempt")}
        return super().render_change_form(request, context, add, change, form_url, obj)
