"""The figures of a run: one line each, with its target, and as JSON."""

import json
import os

import harness


class Figures(harness.Report):
    """Prints each figure as it comes. Figures of time fail a run only if it is a full one: small ones share their machine."""

    def __init__(self, is_full, seed):
        super().__init__()
        self.is_full, self.seed = is_full, seed
        self.row = ""
        self.rows = []

    def figure(self, what, value, target="", holds=None, timed=False):
        """Tells a figure; `holds` is whether it is as `target` says, `timed` that it depends on the machine's leisure."""
        shown = f"{value:.2f}" if isinstance(value, float) else str(value)
        verdict = "" if holds is None else "held" if holds else "SHORT"
        print(f"{self.row:<12} {what:<58} {shown:>22}  {target:<22} {verdict}".rstrip(), flush=True)
        self.rows.append({
            "row": self.row, "figure": what, "value": value, "target": target, "holds": holds, "timed": timed,
        })
        if holds is None:
            return
        if holds or (timed and not self.is_full):
            self.held += 1
        else:
            self.failed += 1

    def skip(self, what, why):
        print(f"{self.row:<12} {what:<58} {'SKIPPED':>22}  {why}", flush=True)
        self.rows.append({"row": self.row, "figure": what, "value": None, "skipped": why})

    def write(self, path):
        about = {"full": self.is_full, "seed": self.seed, "processors": os.cpu_count(), "figures": self.rows}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(about, file, ensure_ascii=False, indent=1)
            file.write("\n")
