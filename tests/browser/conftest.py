"""Browser tests: the real portal, set up and served as its users do it, in a real headless Chromium.

A test takes `page` (pages are opened by path: `page.goto("/tramites/")`) and, to sign in, `portal.password`.
"""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(FOLDER):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def portal(installed, tmp_path_factory):
    """The portal all browser tests share, served at `portal.url`; its administrator is admin, `portal.password`."""
    copy = installed.copy(tmp_path_factory.mktemp("browser"))
    with copy.served():
        yield copy


@pytest.fixture(scope="session")
def base_url(portal):
    return portal.url


@pytest.fixture(scope="session")
def browser_type_launch_args():
    # Without a sandbox, for it can't be had by root in a container; and it asks nothing of the network by itself.
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
    return {"executable_path": "/usr/bin/chromium", "args": quiet}


@pytest.fixture
def staff(page, portal):
    """The page of the administrator, signed in; `troubles` collects what the console says."""
    page.troubles = []
    page.on("console", lambda message: page.troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    sign_in(page, portal)
    return page


@pytest.fixture
def staff_without_script(browser, base_url, portal):
    """The page of the administrator, signed in, in a browser that runs no JavaScript."""
    with browser.new_context(java_script_enabled=False, base_url=base_url) as context:
        page = context.new_page()
        sign_in(page, portal)
        yield page


def sign_in(page, portal):
    page.goto("/admin/")
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill(portal.password)
    page.locator("[type=submit]").click()
