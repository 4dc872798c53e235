# syntax=docker/dockerfile:1
# nthtier as a small service: docker build -t nthtier . && docker run -p 8000:8000 -v nthtier:/data nthtier
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY graph graph
COPY loaders loaders
COPY ontology ontology
RUN python -m venv /opt/nthtier && /opt/nthtier/bin/pip install --no-cache-dir '.[pdf]'

FROM python:3.13-slim
COPY --from=build /opt/nthtier /opt/nthtier
RUN useradd --system --uid 10001 --create-home --home-dir /data nthtier
USER 10001
WORKDIR /data
ENV PATH=/opt/nthtier/bin:$PATH NTHTIER_STORE=/data/store PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["nthtier"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
