"""Settings, from the environment (``NTHTIER_…``) or a ``nthtier.toml`` beside the command."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class Settings(BaseSettings):
    """All settings with their defaults.

    >>> Settings(query_timeout=5).query_timeout
    5.0
    """

    model_config = SettingsConfigDict(env_prefix="NTHTIER_", toml_file="nthtier.toml", extra="ignore")

    store: str = Field("store", description="Store folder, `memory:`, or the URL of a SPARQL 1.1 server.")
    catalogue: list[Path] = Field([], description="Catalogue files of your own, read after the built-in ones.")
    token: str | None = Field(None, description="Token that lets a client write. Without one the service only reads.")
    query_timeout: float = Field(30.0, gt=0, description="Seconds a SPARQL query may run.")
    query_max_length: int = Field(100_000, gt=0, description="Longest SPARQL text, in characters.")
    result_max_bytes: int = Field(256 * 2**20, gt=0, description="Largest SPARQL result, in bytes.")
    query_max_memory: int = Field(
        2 * 2**30, gt=0, description="Bytes of memory a SPARQL query may use (store folders only)."
    )
    upload_max_bytes: int = Field(2**30, gt=0, description="Largest upload or update, in bytes.")
    query_concurrency: int = Field(4, gt=0, description="SPARQL queries that run at once.")
    rate_limit: int = Field(
        600,
        ge=0,
        description="Costly requests a client elsewhere may make a minute; 0: no limit. This machine has none.",
    )
    allow_service: list[str] = Field([], description="Endpoints that SERVICE may call. Empty: none.")
    allow_load: list[str] = Field(
        [], description="Addresses that LOAD may fetch, for clients with the token. Empty: none."
    )
    model_url: str | None = Field(
        None,
        description="Address of an OpenAI-compatible API, such as `http://localhost:11434/v1`. "
        "Asked only where `NTHTIER_MODEL_QUESTIONS` or `NTHTIER_MODEL_READING` allows it; nothing needs it.",
    )
    model_name: str = Field("", description="Name of the model on that server.")
    model_key: str | None = Field(None, repr=False, description="Key for that server.")
    model_timeout: float = Field(60.0, gt=0, description="Seconds that one answer of that server may take.")
    model_questions: bool = Field(
        False,
        description="Whether a question that nthtier can't read is sent to that server, to be put into one of its forms. "
        "Nothing but the question is sent.",
    )
    model_reading: bool = Field(
        False,
        description="Whether `load` and `extract` have prose read by that server as well, beside the embedded reader. "
        "The text of the documents is then sent to it.",
    )
    model_cache: Path | None = Field(
        None,
        description="Folder in which its answers to texts are kept, so that no text is sent twice. Without one none is kept.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before environment before file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
