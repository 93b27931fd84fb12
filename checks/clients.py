"""The clients of examples/ bear with what servers do: they balance over two and miss no answer when one of them dies, come
back to a busy one when it asks for that, and prove who they are, with certificates made as docs/OPERATIONS.md says.

    python3 checks/clients.py NODE_FOLDER        (needs openssl, and the packages of checks/requirements.txt)

NODE_FOLDER is examples/node with its packages installed, two folders below the root of the repository.
"""

import concurrent.futures
import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

import grpc
from google.protobuf import any_pb2, descriptor_pb2, duration_pb2
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessages
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

import harness
import yaqut

RUN_SECONDS = 60
# Before and after a server dies: enough for several batches each, and more than any window of a client.
NAMES = [name for name in ("أردوغان", "وأردوغان", "Pyongyang", "بيونج يانح", "عمان", "zqxwv zqxwv")] * 3000
CALLS = 1200
# What the contract says, for servers of our own: the stubs' package bears the name of a module here.
DESCRIPTORS = "contract.binpb"
CONTRACT = ["entity", "explanation", "gazetteer_service", "resolution"]
# After how long the busy server wants a call again.
BUSY_SECONDS = 0.3
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
    outputs.append(f"--descriptor_set_out={folder}/{DESCRIPTORS}")
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


class BusyServer:
    """Answers every other call, and any other with RESOURCE_EXHAUSTED and when to come back."""

    def __init__(self, folder):
        descriptors = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(folder, DESCRIPTORS).read_bytes())
        messages = GetMessages(descriptors.file)
        request_class, response_class = (messages[f"yaqut.v1.ResolveName{kind}"] for kind in ("Request", "Response"))
        self.calls = []
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(1))
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

        def resolve(request, context):
            self.calls.append((time.monotonic(), dict(context.invocation_metadata()).get("x-request-id")))
            if len(self.calls) % 2:
                context.abort_with_status(busy())
            resolution = {"query": request.name, "status": "RESOLUTION_STATUS_RESOLVED", "canonical_id": "Q1"}
            return ParseDict({"resolution": resolution}, response_class())

        handler = grpc.unary_unary_rpc_method_handler(
            resolve, request_class.FromString, response_class.SerializeToString
        )
        handlers = {"ResolveName": handler}
        self._server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("yaqut.v1.GazetteerService", handlers)])

    def __enter__(self):
        self._server.start()
        return self

    def __exit__(self, *_):
        self._server.stop(None).wait(RUN_SECONDS)


def busy():
    """As the service says it: the code, and details that tell when to come back."""
    details = []
    delay = duration_pb2.Duration(nanos=int(BUSY_SECONDS * 1e9))
    for message in (error_details_pb2.ErrorInfo(domain="yaqut.v1", reason="A"), error_details_pb2.RetryInfo(retry_delay=delay)):
        details.append(any_pb2.Any())
        details[-1].Pack(message)
    return rpc_status.to_status(status_pb2.Status(code=code_pb2.RESOURCE_EXHAUSTED, message="busy", details=details))


def check_busy_server(report, what, client, folder):
    """A call that is refused is made again when the server said, as the same call."""
    command, environment = client
    with BusyServer(folder) as server:
        run = Client(command, server.address, "resolve", "a", "b", environment=environment)
        code, talk = run.end()
    report.equal(f"{what}: a busy server does not end it ({talk.strip()})", code, 0)
    report.equal(f"{what}: it answers in the end", run.answers, [["a", "RESOLVED", "Q1"], ["b", "RESOLVED", "Q1"]])
    report.equal(f"{what}: each call is made twice", len(server.calls), 4)
    for (first, first_id), (second, second_id) in zip(server.calls[::2], server.calls[1::2]):
        report.holds(f"{what}: it waits as long as it is told", second - first >= BUSY_SECONDS, second - first)
        report.holds(f"{what}: it says that it is the same call", first_id and first_id == second_id, (first_id, second_id))


def make_certificates(folder):
    """A CA, and certificates of a server and a client, by the commands of OPERATIONS.md."""
    text = (yaqut.ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    (block,) = (block for block in blocks if "openssl req -x509" in block)
    commands = re.sub(r"^\$ ", "", block, flags=re.MULTILINE)
    subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", commands], check=True, cwd=folder, capture_output=True)


# How a client names a connection that is ended with INADEQUATE_SECURITY: Node by whether it has seen the reason yet.
WITHOUT_TLS = {"python": ("UNAVAILABLE", "DEADLINE_EXCEEDED"), "node": ("UNAVAILABLE", "PERMISSION_DENIED")}


def check_proofs(report, what, client, folder):
    """TLS, mTLS and tokens: with what is asked for it is answered, and without is told so."""
    command, environment = client
    ca, certificate = ("--ca", f"{folder}/ca.crt"), ("--cert", f"{folder}/client.crt", "--key", f"{folder}/client.key")
    token, other = ("--token-file", f"{folder}/resolve.token"), ("--token-file", f"{folder}/admin.token")
    server = ("--tls-cert", f"{folder}/server.crt", "--tls-key", f"{folder}/server.key")
    with harness.Service(*server, "--tls-client-ca", f"{folder}/ca.crt", "--auth-tokens", f"{folder}/tokens.tsv") as service:
        port = service.address.rpartition(":")[2]
        for case, given, expected_code, said in (
            ("certificate and token", (*ca, *certificate, *token), 0, ("",)),
            ("no token", (*ca, *certificate), 1, ("UNAUTHENTICATED",)),
            ("a token for something else", (*ca, *certificate, *other), 1, ("PERMISSION_DENIED",)),
            ("no certificate", (*ca, *token), 1, ("UNAVAILABLE", "DEADLINE_EXCEEDED")),
            ("no TLS", (), 1, WITHOUT_TLS[what]),
            ("a token without TLS", token, 1, ("a token or a client certificate needs TLS",)),
        ):
            run = Client(command, f"dns:///localhost:{port}", *given, "resolve", "Pyongyang", environment=environment)
            code, talk = run.end()
            report.equal(f"{what}, {case}: exit code ({talk.strip()[-300:]})", code, expected_code)
            report.holds(f"{what}, {case}: what is said", any(line.startswith(said) for line in talk.splitlines() or [""]), talk)
            report.equal(f"{what}, {case}: answers", len(run.answers), 1 - expected_code)


def main(node_folder):
    report = harness.Report()
    with tempfile.TemporaryDirectory() as folder:
        make_certificates(folder)
        for scope in ("resolve", "admin"):
            token = yaqut.run("token", "new", scope, "--scope", scope, "--append", f"{folder}/tokens.tsv")
            pathlib.Path(folder, f"{scope}.token").write_text(token, encoding="utf-8")
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
            check_busy_server(report, language, client, folder)
            check_proofs(report, language, client, folder)
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
