"""What was measured, as tables."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from agent.bench.rates import AtBroker
from agent.bench.stages import Costs


def show_costs(console: Console, costs: Costs) -> None:
    """Print what a message costs in this process."""
    table = Table("stage", "µs a message", "share of warm", title="One message of the demo's home, on one core")
    for column in table.columns[1:]:
        column.justify = "right"
    warm = sum(stage.us_per_message for stage in costs.stages if stage.warm)
    for stage in costs.stages:
        share = f"{stage.us_per_message / warm:.0%}" if stage.warm else "[dim]only when new[/]"
        table.add_row(stage.name, f"{stage.us_per_message:.1f}", share)
    table.add_section()
    table.add_row("warm", f"{warm:.1f}", "100%")
    console.print(table)
    facts = Table.grid(padding=(0, 2))
    for name, value in (
        ("fields a message", f"{costs.fields_per_message}"),
        ("a field, shape known / new", f"{costs.memo_hit_us} / {costs.memo_miss_us} µs"),
        ("the model, a field of a full batch", f"{costs.model_us_per_field} µs"),
        ("messages of 5 to 16 fields, warm", f"{costs.warm_per_s:,.0f} a second"),
        ("the same, every key new", f"{costs.cold_per_s:,.0f} a second"),
        ("a lone warm message", f"{costs.warm_lone.p50_ms} ms, p99 {costs.warm_lone.p99_ms} ms"),
        ("a lone new one of 16 fields", f"{costs.cold_lone.p50_ms} ms, p99 {costs.cold_lone.p99_ms} ms"),
    ):
        facts.add_row(name, value)
    console.print(facts)


def show_broker(console: Console, found: AtBroker) -> None:
    """Print what the agent did at the broker."""
    table = Table("MQTT", "QoS", "agent", "echo", "share", title="Messages a second at one mosquitto")
    for column in table.columns[1:]:
        column.justify = "right"
    for rate in found.rates:
        table.add_row(
            rate.protocol, str(rate.qos), f"{rate.agent_per_s:,.0f}", f"{rate.echo_per_s:,.0f}", f"{rate.share:.2f}"
        )
    console.print(table)
    table = Table("from sending to hearing", "p50", "p90", "p99", title="Milliseconds")
    for latency in found.latencies:
        times = [f"{latency.p50_ms:.2f}", f"{latency.p90_ms:.2f}", f"{latency.p99_ms:.2f}"]
        table.add_row(f"{latency.who}, {latency.per_s:g} a second", *times)
    console.print(table)
    console.print(
        f"from start to subscribed {found.start_s} s; resident {found.resident_mib_at_start} MiB at the start, "
        f"{found.resident_mib} MiB after {found.messages:,} messages of 500 devices"
    )
