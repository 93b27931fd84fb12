"""The curator's promise: one row in a pack of one's own changes the answer, and a broken row is told and harms nothing.

    python3 checks/overlay.py
"""

import json
import pathlib
import sys
import tempfile

import harness

NAME, ENTITY = "سلة خبز أوروبا", "Q212"
MANIFEST = {
    "name": "my-aliases",
    "version": "1",
    "licenses": [{"name": "CC0-1.0"}],
    "sources": [{"title": "our newsroom"}],
}
HEADER = "id\talias\tlang\tkind\tsource\tnote\n"
GOOD = HEADER + f"{ENTITY}\t{NAME}\tar\talternate\tour newsroom\t\n"
BROKEN = GOOD + f"{ENTITY}\tسلة القمح\tar\tprefered\tour newsroom\t\n"
# The word `prefered` stands in line 3, from column 19 on.
PLACE = "my-aliases/aliases.tsv:3:19"


def write_pack(folder, aliases, name="my-aliases"):
    pack = folder / name
    pack.mkdir(exist_ok=True)
    (pack / "datapackage.json").write_text(json.dumps({**MANIFEST, "name": name}), encoding="utf-8")
    (pack / "aliases.tsv").write_text(aliases, encoding="utf-8")


def answer(report, what, folder, *arguments):
    """The answer to `NAME`, and the run."""
    run = harness.run("resolve", NAME, "--format", "jsonl", *arguments, cwd=folder)
    report.ended(what, run, 0)
    return (json.loads(run.stdout) if run.stdout else {}), run


def expect_overlay(report, what, answer):
    report.equal(what, (answer.get("status"), answer.get("canonical_id")), ("RESOLVED", ENTITY))
    first = next(iter(answer.get("candidates", [])), {})
    seen = tuple(first.get(field) for field in ("tier", "matched_alias", "alias_kind", "pack"))
    report.equal(f"{what}: how", seen, ("EXACT", NAME, "alternate", "my-aliases"))


def check_good_row(report, folder):
    before, _ = answer(report, "before", folder)
    report.holds("before, the name is another's or nobody's", before.get("canonical_id") != ENTITY, before)
    write_pack(folder, GOOD)
    report.ended("lint of a good pack", harness.run("lint", "my-aliases", cwd=folder), 0, "0 errors, 0 warnings")
    after, run = answer(report, "after", folder, "--pack", "my-aliases")
    expect_overlay(report, "after", after)
    report.equal("a good pack is opened without a word", run.stderr, "")
    report.holds("another index_version", after["index_version"] != before["index_version"])
    again, _ = answer(report, "without the pack again", folder)
    report.equal("without the pack, the answer is as before", again, before)


def check_broken_row(report, folder):
    write_pack(folder, BROKEN)
    lint = harness.run("lint", "my-aliases", cwd=folder)
    report.ended("lint of a broken row", lint, 65, f"{PLACE}: error[unknown-kind]", "preferred")
    for command in (["resolve", NAME], ["serve", "--listen", "127.0.0.1:0", "--admin-listen", "off"], ["info"]):
        run = harness.run(*command, "--pack", "my-aliases", cwd=folder)
        report.ended(f"{command[0]} with a broken row", run, 65, f"{PLACE}: error[unknown-kind]", "--skip-bad-packs")


def check_others_serve(report, folder):
    """A good overlay below the broken one, and the bundled packs, go on."""
    write_pack(folder, BROKEN)
    write_pack(folder, GOOD.replace(NAME, "سلة أوروبا"), name="good")
    stack = ["--pack", "good", "--pack", "my-aliases", "--skip-bad-packs"]
    run = harness.run("resolve", "سلة أوروبا", "Pyongyang", "--format", "jsonl", *stack, cwd=folder)
    report.ended("resolve without the bad pack", run, 0, PLACE, "my-aliases has errors and is left out")
    expect_ids(report, "resolve without the bad pack", run)
    with harness.Service(*stack, cwd=folder) as service:
        report.holds("serve tells the broken row", any(PLACE in line for line in service.talk), service.talk)
        url = f"http://{service.address}"
        run = harness.run("resolve", "سلة أوروبا", "Pyongyang", "--format", "jsonl", "--server", url, cwd=folder)
        report.ended("serve without the bad pack", run, 0)
        expect_ids(report, "serve without the bad pack", run)
        report.equal("exit code after SIGTERM", service.stop()[0], 0)


def expect_ids(report, what, run):
    ids = [json.loads(line)["canonical_id"] for line in run.stdout.splitlines()]
    report.equal(f"{what}: answers", ids, [ENTITY, "Q18808"])


def check_mended(report, folder):
    write_pack(folder, BROKEN.replace("prefered", "preferred"))
    mended, _ = answer(report, "mended", folder, "--pack", "my-aliases")
    expect_overlay(report, "mended", mended)


def check_block(report, folder):
    """The curator takes a name away, too."""
    write_pack(folder, GOOD)
    (folder / "my-aliases" / "overrides.tsv").write_text(
        f"action\tid\talias\ttarget\tnote\nblock\t{ENTITY}\tأكرانيا\t\tno such spelling\n", encoding="utf-8"
    )
    run = harness.run("resolve", "أكرانيا", "أوكرانيا", "--format", "jsonl", "--pack", "my-aliases", cwd=folder)
    report.ended("block", run, 0)
    blocked, other = (json.loads(line) for line in run.stdout.splitlines())
    found = [candidate["id"] for candidate in blocked["candidates"]]
    report.holds("a blocked name finds the entity no more", ENTITY not in found, found)
    report.equal("other names still do", other["canonical_id"], ENTITY)


def main():
    report = harness.Report()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for check in (check_good_row, check_broken_row, check_others_serve, check_mended, check_block):
            check(report, folder)
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main())
