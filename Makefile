# Every command of the project. The two that matter: `make run` and `make test`.
manage := .venv/bin/python manage.py

.PHONY: help run dev test check bench messages manual lock clean

help: ## lists these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

run: ## sets up what is missing and serves the portal, as in production; honours PORT, PORTAL_DATA_DIR, DATABASE_URL
	@portal/setup/environment.sh run
	@$(manage) compilemessages
	@$(manage) setup
	@exec $(manage) serve

dev: ## as run, for developers: debug pages, reloads what changes
	@portal/setup/environment.sh run
	@$(manage) compilemessages
	@$(manage) setup
	@PORTAL_DEBUG=1 exec $(manage) serve

test: ## runs all tests on PostgreSQL and on SQLite, and in a headless Chromium; options for pytest: make test options="-k search"
	@portal/setup/environment.sh test
	@$(manage) compilemessages
	@portal/setup/test.sh $(options)

check: ## lint, format, import arrows, pending migrations, deployment settings, messages
	@portal/setup/environment.sh test
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports
	$(manage) makemigrations --check --dry-run
	PORTAL_HTTPS=1 PORTAL_HOSTS=example.org EMAIL_URL=smtp://mail.example.org $(manage) check --deploy --fail-level WARNING
	$(manage) makemessages --check --verbosity 0

bench: ## measures pages, plans and the admin (make bench SECTIONS="plans"): milliseconds and queries
	@portal/setup/environment.sh run
	@$(manage) compilemessages
	@$(manage) bench $(SECTIONS)

messages: ## collects the interface's messages for translation into locale/
	@portal/setup/environment.sh test
	$(manage) makemessages
	$(manage) compilemessages

manual: ## takes the pictures of the staff's manual anew, in a headless Chromium
	@portal/setup/environment.sh test
	@$(manage) compilemessages
	WRITE_DOCS=1 .venv/bin/python -m pytest tests/browser/test_manual.py -k pictures

lock: ## writes the lock files from pyproject.toml
	@portal/setup/environment.sh lock

clean: ## removes what was installed and built here; the data folder stays
	rm -rf .venv .tools .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -prune -exec rm -r {} +
	rm -f locale/*/LC_MESSAGES/*.mo
