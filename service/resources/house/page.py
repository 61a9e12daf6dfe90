"""The pages of the desk and of enterprises, and the documentation: plain files, ours and those of Swagger UI."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

PAGE = Path(str(files("service"))) / "page"
SWAGGER = Path(str(files("fastapi_offline"))) / "static"
router = APIRouter(include_in_schema=False)

_CHECK = {"Cache-Control": "no-cache"}


class _Files(StaticFiles):
    """Files that a browser may keep but asks about each time."""

    def file_response(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        """The file, to be checked."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update(_CHECK)
        return response


@router.get("/")
async def index() -> FileResponse:
    """The duty desk's page."""
    return FileResponse(PAGE / "index.html", headers=_CHECK)


@router.get("/docs")
async def docs() -> FileResponse:
    """The API's documentation, to be read and tried."""
    return FileResponse(PAGE / "docs.html", headers=_CHECK)


@router.get("/login")
async def sign_in() -> FileResponse:
    """Where people sign in."""
    return FileResponse(PAGE / "login.html", headers=_CHECK)


@router.get("/enterprise")
async def own_window() -> FileResponse:
    """An enterprise's page: how its monitors stand."""
    return FileResponse(PAGE / "enterprise.html", headers=_CHECK)


def mount(app: FastAPI) -> None:
    """The files that the two pages need."""
    app.mount("/page", _Files(directory=PAGE))
    app.mount("/swagger", _Files(directory=SWAGGER))
