"""What `manage.py bench` measures: one module per subject, each with a `run(report, rounds, size)`."""
