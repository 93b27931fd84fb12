"""Faults at each write: of builds, of the cache and of imports, every call in turn that makes, writes, syncs or renames a
file fails, with a full disk or an error of the device, or writes less than it was asked to.

Whatever fails: what was there before stays, or what is new is there and whole; the exit code is 74; and the next run goes
well. `faults.c` says how a call is made to fail.

    python3 checks/faults.py                 # every call
    python3 checks/faults.py --only build    # of one command
"""

import argparse
import errno
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile

import harness
import yaqut

HERE = pathlib.Path(__file__).resolve().parent
# More calls than any of the commands makes: what makes more does not end.
MOST_CALLS = 2000
CALLS = {
    "create": (errno.ENOSPC, errno.EIO), "write": (errno.ENOSPC, errno.EIO), "short": (0,),
    "sync": (errno.EIO, errno.ENOSPC), "rename": (errno.EIO, errno.ENOSPC),
}
ENTITIES = "id\ttype\tname\nQ212\tcountry\t{}\nQ36\tcountry\tPoland\n"
ALIASES = "id\talias\tlang\tkind\nQ212\tأوكرانيا\tar\tpreferred\nQ36\tبولندا\tar\tpreferred\n"
MANIFEST = '{"name": "small", "version": "1", "licenses": [{"name": "CC0-1.0"}], "sources": [{"title": "us"}]}\n'


def compile_injector(folder):
    """The program of faults.c; None where the kernel does not let it work."""
    program = folder / "faults"
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    compiler = compiler if shutil.which(compiler) else "cc"
    subprocess.run([compiler, "-O1", "-Wall", "-Wextra", "-o", program, HERE / "faults.c"], check=True)
    told = folder / "told"
    tried = subprocess.run([program, "write", "1", "5", folder, told, shutil.which("true")], capture_output=True)
    return program if tried.returncode == 0 else None


def write_pack(folder, name="Ukraine"):
    folder.mkdir(parents=True)
    for file, text in (("datapackage.json", MANIFEST), ("entities.tsv", ENTITIES.format(name)), ("aliases.tsv", ALIASES)):
        (folder / file).write_text(text, encoding="utf-8")
    return folder


def content(folder):
    """The files beneath a folder, scratch files of a run that is over included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Subject:
    """A command whose calls are made to fail, in a folder of its own that `prepare` sets up anew for each run."""

    def __init__(self, report, injector, scratch):
        self.report, self.injector, self.scratch = report, injector, scratch
        self.place = scratch / type(self).__name__
        self.runs = 0

    def run(self, call=None, nth=0, error=0):
        """Runs the command; the result has `calls`, how many of the sort there were."""
        arguments = [*map(str, self.command())]
        if call is None:
            return harness.run(*arguments)
        told = self.scratch / "told"
        faulty = [call, nth, error, self.place, told, yaqut.PROGRAM, *arguments]
        result = harness.run(*faulty, program=self.injector)
        result.calls = int(told.read_text())
        return result

    def fresh(self):
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir()
        self.prepare()

    def each_fault(self):
        for call, errors in CALLS.items():
            for error in errors:
                for nth in range(1, MOST_CALLS):
                    self.fresh()
                    result = self.run(call, nth, error)
                    if result.calls < nth:
                        self.report.ended(f"{type(self).__name__}: without a fault", result, 0)
                        break
                    self.runs += 1
                    what = f"{type(self).__name__}: {call} {nth} fails with {errno.errorcode.get(error, 'half')}"
                    self.check(what, call, result)
                self.report.holds(f"{type(self).__name__}: {call} is called", nth > 1 or call not in self.CALLED)
        print(f"{type(self).__name__}: {self.runs} faults")

    def is_one_of(self, what, found, old, new):
        told = sorted(set(found) ^ set(new)) or [name for name in new if found[name] != new[name]]
        self.report.holds(f"{what}: the old state or the new", found in (old, new), told)


class Build(Subject):
    """`yaqut build --force` over an older segment."""

    CALLED = ("create", "write", "short", "sync", "rename")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.pack = write_pack(self.scratch / "build-pack")
        older = write_pack(self.scratch / "build-older", "Ucraina")
        self.old = self.build(older)
        self.new = self.build(self.pack)

    def build(self, pack):
        target = self.scratch / "built.yaqut"
        self.report.ended("build", harness.run("build", "--force", pack, "-o", target), 0)
        return {"out.yaqut": target.read_bytes()}

    def command(self):
        return ["build", "--force", self.pack, "-o", self.place / "out.yaqut", "--memory", "16M"]

    def prepare(self):
        (self.place / "out.yaqut").write_bytes(self.old["out.yaqut"])

    def check(self, what, call, result):
        found = content(self.place)
        if call == "short":
            self.report.ended(what, result, 0)
            self.report.equal(what, found == self.new, True)
            return
        self.report.ended(what, result, 74, str(self.place))
        # The last call is the folder's sync: then the new segment is in its place.
        self.is_one_of(what, found, self.old, self.new)
        if call != "sync":
            self.report.holds(f"{what}: the old state", found == self.old)
        self.report.ended(f"{what}: the next run", self.run(), 0)
        self.report.equal(f"{what}: after the next run", content(self.place) == self.new, True)


class Cache(Subject):
    """A first start with an empty cache: it answers all the same, and says why it keeps nothing."""

    CALLED = ("create", "write", "short", "sync", "rename")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.pack = write_pack(self.scratch / "cache-pack")

    def command(self):
        stack = ["--no-default-packs", "--pack", self.pack, "--cache-dir", self.place / "cache"]
        return ["resolve", "أوكرانيا", *stack]

    def prepare(self):
        pass

    def check(self, what, call, result):
        self.report.ended(what, result, 0)
        self.report.holds(f"{what}: answer", "Q212" in result.stdout, result.stdout + result.stderr)
        if call != "short":
            is_told = "cannot be kept" in result.stderr and "YAQUT_CACHE_DIR" in result.stderr
            self.report.holds(f"{what}: is told", is_told, result.stderr)
        for segment in self.place.rglob("*.yaqut"):
            self.report.ended(f"{what}: {segment.name}", harness.run("verify", segment), 0)
        again = self.run()
        self.report.ended(f"{what}: the next run", again, 0)
        self.report.equal(f"{what}: the next run", again.stderr, "")


class Import(Subject):
    """`yaqut import csv --force` over the tables of an older import."""

    CALLED = ("create", "write", "short", "sync", "rename")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.older = self.table("older", "Ucraina")
        self.newer = self.table("newer", "Ukraine")
        self.old, self.new = self.imported(self.older), self.imported(self.newer)

    def table(self, folder, name):
        path = self.scratch / folder / "names.csv"
        path.parent.mkdir()
        path.write_text(f"id,name,type\nQ212,{name},country\nQ36,Poland,country\n", encoding="utf-8")
        return path

    def import_of(self, table):
        return ["import", "csv", table, "--force", "-o", self.place / "pack", "--license", "CC0-1.0"]

    def imported(self, table):
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir()
        self.report.ended("import", harness.run(*map(str, self.import_of(table))), 0)
        return content(self.place / "pack")

    def command(self):
        return self.import_of(self.newer)

    def prepare(self):
        pack = self.place / "pack"
        pack.mkdir()
        for name, text in self.old.items():
            (pack / name).write_bytes(text)

    def effective(self):
        """The files of the pack as every reader sees them: those that are committed hide those in their places."""
        found = content(self.place / "pack")
        committed = {name.split("/", 1)[1]: text for name, text in found.items() if name.startswith(".yaqut-committed/")}
        return {**{name: text for name, text in found.items() if not name.startswith(".yaqut-")}, **committed}

    def check(self, what, call, result):
        found = self.effective()
        is_new = found == self.new
        self.is_one_of(what, found, self.old, self.new)
        # That a folder cannot be synced is no failure: not every file system knows how.
        is_done = result.returncode == 0 and is_new and call in ("short", "sync")
        if not is_done:
            self.report.ended(what, result, 74, str(self.place))
        self.report.ended(f"{what}: the next run", self.run(), 0)
        self.report.equal(f"{what}: after the next run", content(self.place / "pack") == self.new, True)


SUBJECTS = {"build": Build, "cache": Cache, "import": Import}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=SUBJECTS, help="the calls of this command alone")
    options = parser.parse_args()
    report = harness.Report()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch).resolve()
        injector = compile_injector(scratch)
        if injector is None:
            raise SystemExit("this kernel does not let a process answer for another's calls (seccomp_unotify)")
        for name, subject in SUBJECTS.items():
            if options.only in (None, name):
                subject(report, injector, scratch).each_fault()
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main())
