"""The clients of examples/ bear with what servers do: they balance over two, and miss no answer when one of them dies.

    python3 checks/clients.py NODE_FOLDER        (needs the packages of checks/requirements.txt)

NODE_FOLDER is examples/node with its packages installed, two folders below the root of the repository.
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

import harness
import yaqut

RUN_SECONDS = 60
# Before and after a server dies: enough for several batches each, and more than any window of a client.
NAMES = [name for name in ("أردوغان", "وأردوغان", "Pyongyang", "بيونج يانح", "عمان", "zqxwv zqxwv")] * 3000
CALLS = 1200
CONTRACT = ["entity", "explanation", "gazetteer_service", "resolution"]
METHODS = {"resolve": "ResolveName", "batch": "BatchResolveNames", "stream": "StreamResolveNames"}


class Client:
    """One of the clients as it runs: names go in line by line, answers come out in order."""

    def __init__(self, command, target, *arguments, environment=None):
        self.process = subprocess.Popen(
            [*command, "--target", target, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment
        )
        self.answers, self._ended = [], False
        self._some = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self._some:
                self.answers.append(line.rstrip("\n").split("\t"))
                self._some.notify_all()
        with self._some:
            self._ended = True
            self._some.notify_all()

    def send(self, names):
        with contextlib.suppress(BrokenPipeError):  # What ended the client is told at its end.
            self.process.stdin.write("".join(f"{name}\n" for name in names))
            self.process.stdin.flush()

    def wait_for(self, count):
        enough = lambda: len(self.answers) >= count or self._ended
        with self._some:
            return self._some.wait_for(enough, RUN_SECONDS) and len(self.answers) >= count

    def end(self):
        """Ends the input; the exit code and what was said."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            code = self.process.wait(RUN_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = None
        self._reader.join(RUN_SECONDS)
        return code, self.process.stderr.read()


def python_client(folder):
    """The command of the client in Python, with stubs made as its README says."""
    protos = [f"yaqut/v1/{name}.proto" for name in CONTRACT]
    outputs = [f"--{kind}={folder}" for kind in ("python_out", "pyi_out", "grpc_python_out")]
    proto = yaqut.ROOT / "proto"
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", f"-I{proto}", *outputs, *protos], check=True, cwd=proto)
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return [sys.executable, str(yaqut.ROOT / "examples" / "python" / "client.py")], environment


def expected(names):
    """What the program itself answers, as the clients write it."""
    once = sorted(set(names))
    answers = {a["query"]: [a["query"], a["status"], a.get("canonical_id") or ""] for a in yaqut.resolve(once)}
    return [answers[name] for name in names]


def calls_of(service, method):
    """How many calls of a method the log of a server tells of."""
    return sum(method in line for line in list(service.talk))


def check_loss_of_a_server(report, what, client, how, end_server):
    """Half of the names, then one of two servers ends, then the other half: every answer comes, in order."""
    names = NAMES[:CALLS] if how == "resolve" else NAMES
    half = len(names) // 2
    command, environment = client
    with harness.Service("-vv") as first, harness.Service("-vv") as second:
        run = Client(command, f"ipv4:{first.address},{second.address}", how, environment=environment)
        run.send(names[:half])
        report.holds(f"{what}: answers before", run.wait_for(half // 4), len(run.answers))
        end_server(first)
        run.send(names[half:])
        code, talk = run.end()
        report.equal(f"{what}: ends well ({talk.strip()})", code, 0)
        report.equal(f"{what}: number of answers", len(run.answers), len(names))
        report.holds(f"{what}: answers and their order", run.answers == expected(names))
        if how == "resolve":
            for which, service in (("first", first), ("second", second)):
                share = calls_of(service, METHODS[how])
                report.holds(f"{what}: the {which} server gets its share", share >= half // 16, share)


def check_failure(report, what, client):
    """What cannot be answered is told in a line, with its code, and at once."""
    command, environment = client
    with harness.Service() as service:
        run = Client(command, service.address, "resolve", "", environment=environment)
        code, talk = run.end()
    report.equal(f"{what}: a bad name ends it", code, 1)
    report.holds(f"{what}: and says why", talk.startswith("INVALID_ARGUMENT: name: "), talk)
    run = Client(command, service.address, "resolve", "Pyongyang", environment=environment)
    code, talk = run.end()
    report.equal(f"{what}: no server ends it", code, 1)
    report.holds(f"{what}: which is told", talk.startswith(("UNAVAILABLE: ", "DEADLINE_EXCEEDED: ")), talk)


def main(node_folder):
    report = harness.Report()
    with tempfile.TemporaryDirectory() as folder:
        clients = {
            "python": python_client(pathlib.Path(folder)),
            "node": (["node", str(pathlib.Path(node_folder).resolve() / "client.mjs")], None),
        }
        for language, client in clients.items():
            for how in METHODS:
                check_loss_of_a_server(report, f"{language} {how}, one is killed", client, how,
                                       lambda service: service.process.kill())
                check_loss_of_a_server(report, f"{language} {how}, one drains", client, how,
                                       lambda service: service.process.terminate())
            check_failure(report, language, client)
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
