"""Whatever a caller sends, the log stays one line a record, without control characters, bidi, and names."""

import json
import pathlib
import random
import tempfile
import time
import unicodedata

import harness
import target
import wire

# A secret that a name holds: no line may show it.
SECRET = "zqxjkvsecret"
NASTY = (
    "\n", "\r\n", "\x1b[2J", "\x1b]0;owned\x07", "\x1b[31m", "\u202e", "\u2066", "\u2069", "\u200f", "\u2028", "\u2029", "\x00",
    "\x08" * 9, "\x9b31m", "\x85", '"}\n{"level":"ERROR","message":"forged"}', "\nERROR forged: all is lost", "%0a%0dERROR", "\ufeff",
)
# Of what a log may hold besides: the end of a line.
ALLOWED_CONTROLS = {"\n"}


def is_raw(character):
    """Whether a character may move a cursor, or turn text around."""
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") and character not in ALLOWED_CONTROLS


def attack(server, chance):
    with server.connect() as connection:
        for nasty in NASTY:
            name = SECRET + nasty + chance.choice("كتب") + nasty
            connection.resolve(name)
            for number, method in ((1, "SuggestNames"), (1, "GetEntity"), (3, "ResolveName")):
                connection.call(wire.SERVICE + method, wire.text(1, name) if number == 1 else wire.text(1, "x") + wire.text(3, name))
            connection.call(wire.SERVICE + "ExplainResolution", wire.text(1, name) + wire.text(2, name))
            connection.call(wire.SERVICE + "BatchResolveNames", wire.batch([name], wire.text(2, name)))
        for nasty in NASTY:
            value = (SECRET + nasty).encode().replace(b"\n", b" ").replace(b"\r", b" ").replace(b"\0", b" ")
            for header in ("x-request-id", "user-agent", "traceparent", "authorization", "grpc-timeout"):
                with server.connect() as one:
                    one.call(wire.SERVICE + "GetIndexInfo", headers=((header, value),))
            with server.connect() as one:
                one.call(b"/yaqut.v1.GazetteerService/" + value.replace(b" ", b""), b"")
    with wire.Raw(server.address, preface=False) as raw:
        raw.send(f"GET /{SECRET}\x1b[31m HTTP/1.1\r\nHost: {SECRET}\r\n\r\n".encode())


def overlay(folder):
    """A pack whose faults are reported by reloads: its text is not ours either."""
    folder.mkdir()
    manifest = {"name": "overlay", "version": "1", "licenses": [{"name": "CC0-1.0"}], "sources": [{"title": "us"}]}
    (folder / "datapackage.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "aliases.tsv").write_text("id\talias\tlang\tkind\tsource\tnote\nQ212\tBreadbasket\ten\talternate\t\t\n", encoding="utf-8")
    return folder


def run(figures, options):
    chance = random.Random(options.seed)
    # The flag is one of the program, and not of `serve` alone.
    formats = ["human", "json"] if "--log-format" in harness.run("serve", "--help").stdout else ["human"]
    for form in formats:
        with tempfile.TemporaryDirectory() as scratch:
            pack = overlay(pathlib.Path(scratch) / "overlay")
            flags = [("--log-format", form), ("--pack", pack), ("-vv", None)]
            with target.Server(flags) as server:
                attack(server, chance)
                row = f"Q212\tBread\x1b[31m{SECRET}\u202e\ten\tno such kind \x1b[2J\u202e\t\t\n"
                with open(pack / "aliases.tsv", "a", encoding="utf-8") as table:
                    table.write(row)
                server.hang_up()
                time.sleep(1)
                figures.figure(f"{form}: alive and right afterwards", server.answers_well(), "True", server.is_alive())
                server.stop()
                judge(figures, form, server.talk)
    if len(formats) == 1:
        figures.skip("json", "this build knows no --log-format")


def judge(figures, form, talk):
    figures.figure(f"{form}: lines", len(talk), "> 50", len(talk) > 50)
    raw = [line for line in talk if any(map(is_raw, line.rstrip("\n")))]
    figures.figure(f"{form}: lines with raw control characters", len(raw), "0", not raw)
    forged = [line for line in talk if line.lstrip().startswith(("ERROR forged", '{"level":"ERROR","message":"forged"'))]
    figures.figure(f"{form}: lines that were forged", len(forged), "0", not forged)
    # A path is the caller's too, and is shown: bounded and escaped. So is the pack's text in a finding.
    shown = [line for line in talk if SECRET in line and "/yaqut.v1.GazetteerService/" not in line and "overlay" not in line and "aliases.tsv" not in line]
    figures.figure(f"{form}: lines that show what a name holds", len(shown), "0", not shown)
    for line in (raw + forged + shown)[:3]:
        print("    ", ascii(line)[:200])
    if form == "json":
        broken = [line for line in talk if not is_object(line)]
        figures.figure("json: lines that are no object", len(broken), "0", not broken)


def is_object(line):
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
