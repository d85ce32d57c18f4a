"""The working loop: messages from the transport through the pipeline, and what comes of them back to the transport."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from agent import owner as owner_file
from agent.assembly import memory, pipeline, shaping
from agent.config import Config
from agent.config_file import ConfigError
from agent.connection import Change, News, Settings
from agent.core.home import Owner
from agent.core.message import Outcome, Publication
from agent.core.pipeline import Reader
from agent.core.publish import Publisher, timestamp
from agent.credentials import CredentialError
from agent.diary import Diary
from agent.keeper import Keeper
from agent.ledger import Delivery
from agent.outbox import Answer
from agent.state import NewerState, Session, State, StateError, changed_client_id
from agent.systemd import Notifier

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

BATCH = 64
"""Messages interpreted together, when so many wait."""
PAUSE_S = 0.2
"""How long the loop waits for messages before it looks whether it was asked for something else."""
STOP_S = 0.6
"""For the last publications and the goodbye."""
CLOCK_JUMP_S = 300.0
"""By how much the clock must be set, against the time that passes, to be worth a word."""


class Connection(Protocol):
    """What the service needs of a transport."""

    @property
    def settings(self) -> Settings:
        """What the connection is made from."""

    @property
    def protocol(self) -> str:
        """The version of MQTT in use."""

    @property
    def subscribed(self) -> bool:
        """Whether messages come."""

    def open(self) -> None:
        """Begin to connect."""

    def take(self, limit: int, timeout_s: float) -> tuple[list[Delivery], list[Change]]:
        """What has arrived."""

    def answer(self, answers: Sequence[Answer]) -> None:
        """Publish what came of messages, and acknowledge each when that has arrived. Raises when nothing was done."""

    def publish(self, publications: Iterable[Publication]) -> None:
        """Hand publications over."""

    def close(self, last: Publication, timeout_s: float) -> bool:
        """Publish the last and end the connection."""

    def statistics(self) -> dict[str, Any]:
        """Counters."""


class Service:
    """One agent at work. `stop`, `reload` and `report` may be called from a signal handler or another thread."""

    def __init__(
        self,
        config: Config,
        reader: Reader,
        connection: Callable[[Config], Connection],
        *,
        read_config: Callable[[], Config],
        log: Callable[[Config], FilteringBoundLogger],
        notifier: Notifier,
        state: State | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`connection` makes the transport that a configuration asks for, `read_config` reads the configuration again.

        Raises:
            CredentialError: the transport cannot be made.
            NewerState: what was kept of the last run is of a later version.
        """
        self._config = config
        self._reader = reader
        self._make_connection = connection
        self._read_config = read_config
        self._make_log = log
        self._notifier = notifier
        self._state = state or State(None)
        self._clock = clock
        self._log = log(config)
        self._diary = Diary(self._log)
        self._connection = connection(config)
        self._keeper = Keeper(self._state.folder, lambda: memory(config), self._log)
        self._pipeline = pipeline(config, reader, self._keeper.memory, self._owner())
        self._publisher = Publisher(config.prefix)
        self._stop_asked = False
        self._reload_asked = False
        self._report_asked = False
        self._failed = False
        self._bugs = 0
        self._since = clock()
        self._clock_ahead_s = self._since - time.monotonic()
        self._report_at = 0.0
        self._reported: tuple[float, int] | None = None
        self._kept_revision = 0

    def stop(self) -> None:
        """Ask the loop to end."""
        self._stop_asked = True

    def reload(self) -> None:
        """Ask the loop to read the configuration again."""
        self._reload_asked = True

    def report(self) -> None:
        """Ask the loop to publish its counters now."""
        self._report_asked = True

    def run(self) -> bool:
        """Work until asked to stop. Whether that was the reason to end; False when the network thread has died."""
        address = self._config.broker
        self._log.info("started", broker=f"{address.host}:{address.port}", model=self._reader.name)
        self._notifier.status(f"connecting to {address.host}:{address.port}")
        self._compare_with_last_run()
        self._connection.open()
        try:
            while not self._stop_asked and not self._failed:
                self._turn()
        finally:
            self._notifier.stopping()
            self._publish_rest()
            flushed = self._connection.close(self._publisher.status("offline"), STOP_S)
            self._keeper.close()
            self._log.info("stopped", flushed=flushed, **self._counts())
        return not self._failed

    def _compare_with_last_run(self) -> None:
        """Tell what changed since the last run, and remember this one. Neither is worth failing for."""
        broker = self._config.broker
        now = Session(f"{broker.host}:{broker.port}", broker.client_id, self._config.subscribe)
        before = None
        try:
            before = self._state.read()
        except StateError as error:
            self._log.warning("state_not_read", detail=str(error))
        changed = changed_client_id(before, now) if before is not None else None
        if changed is not None:
            self._log.warning("client_id_changed", detail=changed)
        try:
            if before != now:
                self._state.write(now)
        except StateError as error:
            self._log.warning("state_not_kept", detail=f"{error}; the agent goes on without")

    def _turn(self) -> None:
        if self._reload_asked:
            self._reload_asked = False
            self._reloaded()
        deliveries, changes = self._connection.take(BATCH, PAUSE_S)
        for change in changes:
            self._changed(change)
        left: Sequence[Delivery] = deliveries
        while left:
            left = self._work(left)
        now = time.monotonic()
        self._tick(now)
        if self._connection.subscribed and (self._report_asked or now >= self._report_at):
            self._report_asked = False
            self._report(now)
        self._watch_clock(now)
        self._notifier.beat(now)

    def _publish_rest(self) -> None:
        """Before this pipeline ends, what it would have published a moment later."""
        self._connection.publish(self._pipeline.rest())

    def _tick(self, now: float) -> None:
        """What is due because time has passed."""
        publications = self._pipeline.tick(self._clock()) if self._connection.subscribed else []
        self._keeper.write_news(now)
        if publications:
            self._connection.publish(publications)
        self._keeper.turn(now)
        self._keep_decisions()

    def _watch_clock(self, now: float) -> None:
        """Tell when the clock was set, by NTP after a start without a clock perhaps. Nothing here waits by it."""
        ahead_s = self._clock() - now
        jump_s = ahead_s - self._clock_ahead_s
        if abs(jump_s) >= CLOCK_JUMP_S:
            self._log.warning("clock_was_set", by_s=round(jump_s), detail="times in what is published follow it")
            self._clock_ahead_s = ahead_s

    def _work(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Interpret and publish the first of them, as many as go together; the rest comes back.

        The only guard against our own bugs is here, around each step that a message takes. One that trips a bug must
        not stop the others, nor, being retained perhaps, stop us at every start. So it is acknowledged although
        nothing came of it.
        """
        try:
            results = self._pipeline.interpret([delivery.message for delivery in deliveries])
        except Exception:
            if len(deliveries) == 1:
                self._give_up(deliveries[0])
            else:
                for delivery in deliveries:
                    self._work([delivery])
            return ()
        outcomes: list[tuple[Delivery, Outcome]] = []
        for delivery, result in zip(deliveries, results, strict=False):
            try:
                outcomes.append((delivery, self._pipeline.outcome(delivery.message, result)))
            except Exception:
                self._give_up(delivery)
        self._keeper.write_news(time.monotonic())
        self._answer(outcomes)
        return deliveries[len(results) :]

    def _answer(self, outcomes: Sequence[tuple[Delivery, Outcome]]) -> None:
        """Publish what came of messages, all together, since that costs little more than what comes of one."""
        try:
            self._connection.answer([(delivery, outcome.publications) for delivery, outcome in outcomes])
        except Exception:
            if len(outcomes) == 1:
                self._give_up(outcomes[0][0])
            else:
                for one in outcomes:
                    self._answer([one])
            return
        for delivery, outcome in outcomes:
            self._diary.answered(delivery.message, outcome)

    def _give_up(self, delivery: Delivery) -> None:
        """Tell of the bug that is being handled."""
        self._bugs += 1
        self._diary.failed(delivery.message)
        self._connection.answer([(delivery, ())])

    def _owner(self) -> Owner:
        """What the owner has decided in earlier runs."""
        try:
            return owner_file.read(self._state.folder)
        except StateError as error:
            self._log.error("decisions_not_read", detail=str(error))
            return Owner()

    def _keep_decisions(self) -> None:
        """Write down what the owner decided. It holds all the same when that fails."""
        revision = self._pipeline.home.revision
        if revision == self._kept_revision:
            return
        self._kept_revision = revision
        try:
            owner_file.write(self._state.folder, self._pipeline.home.owner)
        except StateError as error:
            self._log.error("decisions_not_kept", detail=f"{error}; they hold until the agent ends")

    def _changed(self, change: Change) -> None:
        address = f"{self._config.broker.host}:{self._config.broker.port}"
        self._diary.changed(change, address, self._connection.protocol)
        if change.news is News.SUBSCRIBED:
            self._connection.publish([self._publisher.status("online")])
            self._pipeline.connected(self._clock())
            self._report_asked = True
            self._notifier.ready(f"connected to {address}")
        elif change.news is News.FETCHED:
            # The connection may have broken instead, and the broker told that the agent is gone.
            self._connection.publish([self._publisher.status("online")])
        elif change.news in _WAITING:
            self._notifier.status(f"no messages from {address}: {change.detail}")
        elif change.news is News.DIED:
            self._failed = True

    def _report(self, now: float) -> None:
        counts = self._counts()
        self._connection.publish([self._publisher.stats({"at": timestamp(self._clock()), **counts})])
        if self._reported is not None:
            then, messages = self._reported
            rate = (counts["messages"] - messages) / max(now - then, 1e-3)
            self._notifier.status(f"{counts['messages']} messages, {rate:.1f} a second")
        self._reported = (now, counts["messages"])
        self._report_at = now + self._config.stats_interval

    def _counts(self) -> dict[str, Any]:
        return {
            "since": timestamp(self._since),
            "model": self._reader.name,
            **self._pipeline.statistics(),
            "failed": self._bugs,
            "broker": self._connection.statistics(),
        }

    def _reloaded(self) -> None:
        """Read the configuration and act on it; with a bad one everything goes on as it was."""
        self._notifier.reloading()
        try:
            config = self._read_config()
            connection = self._make_connection(config)
        except ConfigError as error:
            for fault in error.faults:
                self._log.error("configuration_refused", fault=str(fault))
        except (CredentialError, NewerState) as error:
            self._log.error("configuration_refused", fault=str(error))
        else:
            self._apply(config, connection)
        self._notifier.reloaded()

    def _apply(self, config: Config, connection: Connection) -> None:
        before, self._config = self._config, config
        self._log = self._diary.log = self._make_log(config)
        if shaping(config) != shaping(before):
            self._publish_rest()
            self._keeper.replace(lambda: memory(config))
            self._pipeline = pipeline(config, self._reader, self._keeper.memory, self._pipeline.home.owner)
            self._kept_revision = 0
            self._since = self._clock()
            self._reported = None
        # The files of a TLS connection may have been renewed in their place.
        reconnect = connection.settings != self._connection.settings or config.broker.tls.enabled
        if reconnect:
            self._connection.close(self._publisher.status("offline"), STOP_S)
            self._publisher = Publisher(config.prefix)
            self._connection = connection
            self._compare_with_last_run()
            self._connection.open()
        self._report_at = 0.0
        self._log.info("reloaded", reconnecting=reconnect)


_WAITING = (
    News.DEAF,
    News.TAKEN_OVER,
    News.FILTER_REFUSED,
    News.REFUSED,
    News.UNSUPPORTED,
    News.HUNG_UP,
    News.UNREACHABLE,
    News.LOST,
)
