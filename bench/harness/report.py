"""From windows to figures, and from figures to a table, JSON and Markdown."""

import statistics

# Share of requests that found no free connection when they were due; above it the proxy does not keep up with the rate.
OVERLOADED = 0.5
# Name of what bench/run writes into the document when it is not asked for anything else.
SECTION = "bench"


def percentile(values, p):
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * p // 100) - 1)]


def spread(values):
    """Median, lowest and highest of what the rounds gave; None if they gave nothing."""
    values = [v for v in values if v is not None]
    if not values:
        return None
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def pooled(results, name):
    return [sample for result in results for sample in result[name]["samples"]]


class Figures:
    """Derived figures of a run.

    rounds: list of {row name: {window name: result}}, one entry per round, a result as measure.Bench.run gives it.
    Ratios are formed within a round and then the median over the rounds is taken, so that a machine that changes its
    pace between rounds does not bend them. Added latency is the difference of two quantiles, each over all rounds.
    """

    def __init__(self, rounds, row_names):
        self.rounds = rounds
        self.row_names = row_names

    def results(self, row, window):
        return [r[row][window] for r in self.rounds]

    @staticmethod
    def cpu(result, per):
        """CPU seconds of the proxy for 1,000 of what `per` counts."""
        if result["cpu_seconds"] is None:
            return None
        count = result[per]["count"] if per == "transit_us" else result["right"]
        return result["cpu_seconds"] * 1000 / count if count else None

    def cpu_per_1000(self, row, window, per="right"):
        return spread([self.cpu(r, per) for r in self.results(row, window)])

    def ratio_to_nginx(self, row, window, per="right"):
        if "nginx" not in self.row_names or row == "nginx":
            return None
        ratios = []
        for r in self.rounds:
            own, nginx = self.cpu(r[row][window], per), self.cpu(r["nginx"][window], per)
            ratios.append(own / nginx if own and nginx else None)
        return spread(ratios)

    def requests_per_second(self, row, window):
        return spread([r["right"] / r["seconds"] for r in self.results(row, window)])

    def proxy_load(self, row, window):
        """Share of one CPU that the proxy used; below about 0.9 at full load, mock and load generator were the limit."""
        if self.results(row, window)[0]["cpu_seconds"] is None:
            return None
        return spread([r["cpu_seconds"] / r["seconds"] for r in self.results(row, window)])

    def quantile(self, row, window, distribution, p):
        return percentile(pooled(self.results(row, window), distribution), p)

    def added(self, row, window, distribution, p):
        """Microseconds on top of direct, with the lowest and highest single round."""
        def of_round(r):
            return percentile(r[row][window][distribution]["samples"], p) - percentile(r["direct"][window][distribution]["samples"], p)

        each = [of_round(r) for r in self.rounds]
        whole = self.quantile(row, window, distribution, p) - self.quantile("direct", window, distribution, p)
        return {"all": whole, "min": min(each), "max": max(each)}

    def of_requests(self, row, size):
        full, paced = f"full_{size}", f"open_{size}"
        figures = {
            "requests_per_second_full_load": self.requests_per_second(row, full),
            "latency_us_at_rate": {p: self.quantile(row, paced, "latency_us", n) for p, n in (("p50", 50), ("p99", 99))},
            "late_share_at_rate": sum(r["late"] for r in self.results(row, paced)) / sum(r["begun"] for r in self.results(row, paced)),
        }
        if row != "direct":
            figures |= {
                "cpu_s_per_1000_full_load": self.cpu_per_1000(row, full),
                "cpu_s_per_1000_at_rate": self.cpu_per_1000(row, paced),
                "cpu_x_nginx_full_load": self.ratio_to_nginx(row, full),
                "cpu_x_nginx_at_rate": self.ratio_to_nginx(row, paced),
                "proxy_cpu_share_full_load": self.proxy_load(row, full),
                "added_us_p50_at_rate": self.added(row, paced, "latency_us", 50),
                "added_us_p99_at_rate": self.added(row, paced, "latency_us", 99),
            }
        return figures

    def of_streams(self, row):
        results = self.results(row, "stream")
        figures = {
            "streams": sum(r["right"] for r in results),
            "stalls": sum(r["stalls"] for r in results),
            "first_frame_us": {p: self.quantile(row, "stream", "first_frame_us", n) for p, n in (("p50", 50), ("p99", 99))},
            "frame_transit_us": {p: self.quantile(row, "stream", "transit_us", n) for p, n in (("p50", 50), ("p99", 99))},
        }
        if row != "direct":
            figures |= {
                "cpu_s_per_1000_frames": self.cpu_per_1000(row, "stream", "transit_us"),
                "cpu_x_nginx": self.ratio_to_nginx(row, "stream", "transit_us"),
                "added_first_frame_us_p50": self.added(row, "stream", "first_frame_us", 50),
                "added_first_frame_us_p99": self.added(row, "stream", "first_frame_us", 99),
                "added_transit_us_p50": self.added(row, "stream", "transit_us", 50),
                "added_transit_us_p99": self.added(row, "stream", "transit_us", 99),
            }
        return figures

    def all(self):
        return {
            row: {
                "requests_1_kib": self.of_requests(row, "small"),
                "requests_100_kib": self.of_requests(row, "large"),
                "streams": self.of_streams(row),
            }
            for row in self.row_names
        }


def raw(rounds):
    """The rounds without their single samples."""
    def slim(result):
        return {
            key: {k: v for k, v in value.items() if k != "samples"} if isinstance(value, dict) else value
            for key, value in result.items()
        }

    return [{row: {name: slim(result) for name, result in named.items()} for row, named in r.items()} for r in rounds]


def number(value, digits):
    return "–" if value is None else f"{value:,.{digits}f}"


def of_spread(value, digits):
    """Median over the rounds, or figure of all rounds together, [lowest–highest round]. The latter may lie outside the brackets."""
    if value is None:
        return "–"
    middle = value.get("median", value.get("all"))
    return f"{number(middle, digits)} [{number(value['min'], digits)}–{number(value['max'], digits)}]"


def median(value, digits):
    return "–" if value is None else number(value["median"], digits)


def latency_cells(figures):
    """Latency of a proxy that cannot keep up only says how long it was pushed."""
    if figures["late_share_at_rate"] > OVERLOADED and "added_us_p50_at_rate" in figures:
        return ["cannot keep up", "cannot keep up"]
    return [of_spread(figures.get(f"added_us_{p}_at_rate"), 0) for p in ("p50", "p99")]


def base(distribution):
    return f"p50 {number(distribution['p50'], 0)} µs, p99 {number(distribution['p99'], 0)} µs"


def tables(figures, memory, titles, plan):
    """List of (heading, header cells, rows of cells)."""
    result, rate = [], plan.rate
    for key, heading in (("requests_1_kib", "Requests of 1 KiB, answers of 1,000 bytes"), ("requests_100_kib", "Requests of 100 KiB, answers of 1,000 bytes")):
        rows = []
        for row, title in titles.items():
            f = figures[row][key]
            rows.append([
                title,
                median(f.get("cpu_s_per_1000_full_load"), 4), of_spread(f.get("cpu_x_nginx_full_load"), 2),
                median(f["requests_per_second_full_load"], 0), median(f.get("proxy_cpu_share_full_load"), 2),
                median(f.get("cpu_s_per_1000_at_rate"), 4), of_spread(f.get("cpu_x_nginx_at_rate"), 2),
                *latency_cells(f),
            ])
        heading += f" (direct at {rate}/s: {base(figures['direct'][key]['latency_us_at_rate'])})"
        result.append((heading, [
            "row", "CPU s / 1,000, full load", "x nginx", "requests/s", "CPU share",
            f"CPU s / 1,000 at {rate}/s", "x nginx", "added p50 µs", "added p99 µs",
        ], rows))
    rows = []
    for row, title in titles.items():
        f = figures[row]["streams"]
        rows.append([
            title, median(f.get("cpu_s_per_1000_frames"), 4), of_spread(f.get("cpu_x_nginx"), 2),
            of_spread(f.get("added_first_frame_us_p50"), 0), of_spread(f.get("added_first_frame_us_p99"), 0),
            of_spread(f.get("added_transit_us_p50"), 0), of_spread(f.get("added_transit_us_p99"), 0), str(f["stalls"]),
        ])
    of_direct = figures["direct"]["streams"]
    heading = (f"Streams: {plan.stream_rate} new ones per second, 64 frames each, one per 20 ms (direct: first frame {base(of_direct['first_frame_us'])}; "
               f"per frame {base(of_direct['frame_transit_us'])})")
    result.append((heading, [
        "row", "CPU s / 1,000 frames", "x nginx", "added first frame p50 µs", "p99 µs", "added per frame p50 µs", "p99 µs", "stalls",
    ], rows))
    result.append(("Memory after the load", ["row", "RSS MiB", "highest RSS MiB"], [
        [titles[row], number(m["rss_mib"], 0), number(m["peak_rss_mib"], 0)] for row, m in memory.items()
    ]))
    return result


def terminal(all_tables):
    lines = []
    for heading, header, rows in all_tables:
        widths = [max(len(line[i]) for line in [header, *rows]) for i in range(len(header))]
        lines += ["", heading]
        for line in [header, *rows]:
            first, *others = zip(line, widths)
            lines.append("  ".join([first[0].ljust(first[1])] + [cell.rjust(width) for cell, width in others]))
    return "\n".join(lines)


def markers(section):
    return f"<!-- {section}:begin -->", f"<!-- {section}:end -->"


def markdown(all_tables, facts, section):
    begin, end = markers(section)
    lines = [begin, ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    for heading, header, rows in all_tables:
        lines += ["", f"### {heading}", "", "| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
        lines += ["| " + " | ".join(cells) + " |" for cells in rows]
    return "\n".join(lines + ["", end])


def replace_section(document, text, section):
    """The document with what stands between the section's markers replaced. ValueError if they are not there."""
    begin, end = markers(section)
    return document[:document.index(begin)] + text + document[document.index(end) + len(end):]
