"""The API's description for people: Swagger UI, from the files in the package fastapi-offline, without any network."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Final

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.responses import HTMLResponse

from voicebot.api.app import PATH
from voicebot.web.guard import CSRF_HEADER
from voicebot.web.headers import api_docs
from voicebot.web.visitor import nonce_of, visitor_of

ASSETS: Final = "/docs-static"
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>voicebot API</title>
  <link rel="stylesheet" href="{assets}/swagger-ui.css">
  <link rel="icon" href="/web-static/icon.svg" type="image/svg+xml">
</head>
<body>
  <div id="docs"></div>
  <script src="{assets}/swagger-ui-bundle.js"></script>
  <script nonce="{nonce}">
    SwaggerUIBundle({{
      url: {url},
      dom_id: "#docs",
      deepLinking: true,
      requestInterceptor: (request) => {{ request.headers[{header}] = {token}; return request; }},
    }});
  </script>
</body>
</html>
"""


def add_docs(app: FastAPI) -> None:
    """/docs, for people who signed in; requests from there are made in their name."""
    app.mount(ASSETS, StaticFiles(directory=str(files("fastapi_offline") / "static")))

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        page = _PAGE.format(
            assets=ASSETS,
            nonce=nonce_of(request),
            url=json.dumps(f"{PATH}/openapi.json"),
            header=json.dumps(CSRF_HEADER),
            token=json.dumps(visitor_of(request).csrf_token),
        )
        return HTMLResponse(page, headers={"Content-Security-Policy": api_docs(nonce_of(request))})
