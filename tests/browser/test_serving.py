def test_staff_sign_in_with_the_password_that_setup_has_shown(page, portal):
    page.goto("/admin/")
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill(portal.password)
    page.locator("[type=submit]").click()

    assert page.locator("#user-tools strong").inner_text().lower() == "admin"


def test_static_files_are_hashed_and_kept_for_ever(page):
    responses = []
    page.on("response", lambda response: responses.append(response))

    page.goto("/admin/login/")

    styles = [response for response in responses if response.url.endswith(".css")]
    assert styles
    assert {response.headers["cache-control"] for response in styles} == {"max-age=315360000, public, immutable"}
