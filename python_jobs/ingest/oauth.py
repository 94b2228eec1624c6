"""Refresh tokens that change with every use: one owner, which never loses the current one.

Some vendors take a refresh token once and give the next one with the answer. Lose it, and a person
has to authorise the application again. So it lives in one file outside the repository, readable by
its user alone; whoever refreshes holds the file's lock; and a new token is on disk before the
access token that came with it is used. The access token lies beside it, so that the next process
need not refresh at all. Neither is ever logged, printed, or written to the warehouse.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from filelock import AcquireReturnProxy, FileLock, Timeout
from pydantic import SecretStr

from python_jobs.errors import ConfigurationError, PermanentError, TransientError
from python_jobs.http import Api, Auth, Refused
from python_jobs.settings import PROJECT_DIR

EARLY = 60.0
"""Seconds before its end at which an access token is no longer used."""

_RESERVED_BYTES = 16_384


@dataclass(frozen=True)
class Tokens:
    """What the file holds. Times are seconds since 1970; ``grant`` tells grants apart."""

    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    expires_at: float
    refreshed_at: float
    grant: str

    def is_good(self, now: float) -> bool:
        """Whether the access token can still be used."""
        return now < self.expires_at - EARLY


class TokenOwner(Auth):
    """Authorises calls with an access token, and renews it when it ends or is refused.

    Safe between threads and between processes: one refreshes, the others take what it got.

    Args:
        api: the vendor's host; messages name it.
        client: the form fields that go with every refresh (client_id, client_secret, …).
        first: the refresh token that the authorisation gave. When another is configured, somebody
            has authorised anew, and what the file holds is of no more use.
        path: the file.
        variables: environment variables of the first token and of the file, for messages.
        headers: sent with every call besides.
    """

    def __init__(
        self,
        api: Api,
        client: Mapping[str, str],
        first: SecretStr,
        path: Path,
        variables: tuple[str, str],
        headers: Mapping[str, str] | None = None,
        endpoint: str = "/oauth/token",
    ) -> None:
        super().__init__(headers)
        self._api = api
        self._client = client
        self._first = first
        self._path = path.expanduser().absolute()
        self._variables = variables
        self._endpoint = endpoint
        self._renewing = threading.Lock()
        self._handed = threading.local()
        self._tokens: Tokens | None = None
        if self._path.resolve().is_relative_to(PROJECT_DIR):
            raise ConfigurationError(
                f"{variables[1]} lies within the project: name a file outside, on a disk that stays"
            )

    @property
    def client_id(self) -> str:
        """The application that was authorised."""
        return str(self._client.get("client_id"))

    def headers(self) -> Mapping[str, str]:
        """The headers of the next call, with a token that has not ended.

        Raises:
            ConfigurationError: a person has to authorise the application, or make the file usable.
            TransientError, QuotaExhausted: no new token for now.
        """
        tokens = self._tokens
        if tokens is None or not tokens.is_good(time.time()):
            tokens = self._renewed(tokens)
        self._handed.token = tokens.access_token
        return {**super().headers(), "Authorization": f"Bearer {tokens.access_token}"}

    def refresh(self) -> bool:
        """After a refused call: see to another token than the one that this thread used."""
        used = getattr(self._handed, "token", None)
        tokens = self._tokens
        if tokens is None or tokens.access_token == used:
            self._renewed(tokens)
        return True

    def idle_days(self) -> float:
        """Days since the last refresh; 0 when there was none yet."""
        tokens = self._read()
        return 0.0 if tokens is None else (time.time() - tokens.refreshed_at) / 86_400

    def _renewed(self, old: Tokens | None) -> Tokens:
        """Other tokens than ``old``: those that somebody got meanwhile, else new ones."""
        with self._renewing:
            if self._tokens is not None and self._tokens is not old:
                return self._tokens
            with self._file_lock():
                kept = self._read()
                is_new = kept is not None and (old is None or kept.access_token != old.access_token)
                if kept is None or not is_new or not kept.is_good(time.time()):
                    # Ctrl-C ends the wait in this thread; the one that saves the token finishes.
                    with ThreadPoolExecutor(max_workers=1) as shielded:
                        kept = shielded.submit(self._exchanged, kept).result()
                self._tokens = kept
                return kept

    def _exchanged(self, kept: Tokens | None) -> Tokens:
        """Trade the refresh token for the next, and put that on disk before anything else.

        The file's space is taken first: a disk that is full must not cost a token.
        """
        with self._reserved() as place:
            for token in self._candidates(kept):
                answer = self._ask(token)
                if answer is not None:
                    place.save(answer)
                    return answer
        raise ConfigurationError(
            f"{self._api.name} no longer takes the refresh token (it dies after 14 days without "
            "use, or when it was used elsewhere): authorise the application again and set "
            f"{self._variables[0]}"
        )

    def _candidates(self, kept: Tokens | None) -> list[str]:
        """The refresh tokens to try: the one on disk, and the one that is configured."""
        first = self._first.get_secret_value()
        return [first] if kept is None else [kept.refresh_token, first]

    def _ask(self, refresh_token: str) -> Tokens | None:
        """One refresh; None when the vendor refuses the token.

        It is sent again when no answer came: if the first try was heard, its token is lost either
        way, and if it was not, the second succeeds.
        """
        form = {**self._client, "grant_type": "refresh_token", "refresh_token": refresh_token}
        try:
            answer = self._api.json("POST", self._endpoint, reads=True, data=form)
        except Refused as refused:
            if refused.response.status_code == 400:
                return None
            raise
        now = time.time()
        try:
            return Tokens(
                refresh_token=answer["refresh_token"],
                access_token=answer["access_token"],
                expires_at=now + float(answer["expires_in"]),
                refreshed_at=now,
                grant=self._grant(),
            )
        except (KeyError, TypeError, ValueError):
            raise PermanentError(
                f"{self._api.name} answered a refresh without the fields of OAuth: see whether "
                "its address is right"
            ) from None

    def _grant(self) -> str:
        secret = f"{self._client.get('client_id')} {self._first.get_secret_value()}"
        return hashlib.sha256(secret.encode()).hexdigest()

    def _read(self) -> Tokens | None:
        """What the file holds; None when it is not there, or is of another grant."""
        try:
            tokens = Tokens(**json.loads(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError):
            raise self._unusable("cannot be read") from None
        return tokens if tokens.grant == self._grant() else None

    def _reserved(self) -> _Place:
        try:
            return _Place(self._path)
        except OSError:
            raise self._unusable("cannot be written") from None

    def _file_lock(self) -> AcquireReturnProxy:
        """The lock between processes, taken; leaving it as a context gives it back.

        Raises:
            TransientError: another process holds it for longer than any refresh takes.
        """
        patience = self._api.patience
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(f"{self._path}.lock", mode=0o600)
            return lock.acquire(timeout=patience.longest_wait + patience.read_timeout)
        except Timeout:
            raise TransientError(
                f"another process has been refreshing {self._api.name}'s token for too long: "
                "end it and run again"
            ) from None
        except OSError:
            raise self._unusable("cannot be written") from None

    def _unusable(self, how: str) -> ConfigurationError:
        return ConfigurationError(
            f"the token file {self._path} {how}: make it usable, or authorise the application "
            f"again and set {' and '.join(self._variables)}"
        )


class _Place:
    """Room for the file's next content, beside it on the same disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        self._name: str | None = name
        try:
            os.write(self._file, b" " * _RESERVED_BYTES)
            os.fsync(self._file)
        except OSError:
            self.__exit__()
            raise

    def save(self, tokens: Tokens) -> None:
        """Put the tokens in place of what the file holds, in one step."""
        content = json.dumps(asdict(tokens)).encode()
        os.pwrite(self._file, content, 0)
        os.ftruncate(self._file, len(content))
        os.fsync(self._file)
        assert self._name is not None
        os.replace(self._name, self._path)
        self._name = None
        folder = os.open(self._path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def __enter__(self) -> _Place:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)
        if self._name is not None:
            os.unlink(self._name)
