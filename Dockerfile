# The portal in one container: web server and background worker on SQLite in /data. compose.yaml runs it on PostgreSQL.

FROM python:3.13-slim-trixie AS packages
COPY requirements.lock .
RUN python -m venv --without-pip /srv/venv \
    && pip --python /srv/venv/bin/python install --no-cache-dir --require-hashes --requirement requirements.lock

FROM python:3.13-slim-trixie
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        fonts-inter libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --create-home portal
COPY --from=packages /srv/venv /srv/venv
COPY . /srv/portal
WORKDIR /srv/portal
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN PORTAL_DATA_DIR=/tmp/build python manage.py compilemessages && rm -r /tmp/build

USER portal
ENV PORTAL_DATA_DIR=/data PORT=8000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=3m CMD ["python", "-c", \
    "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/salud/', timeout=4)"]
CMD ["sh", "-c", "python manage.py setup && exec python manage.py serve"]
