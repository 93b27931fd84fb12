"""Asks Yaqut for the IDs of names, given as arguments or a line each on standard input.

    python client.py resolve وأردوغان Pyongyang
    python client.py --target dns:///yaqut.example:50051 stream < names.txt > ids.tsv
"""

import argparse
import itertools
import sys

import grpc
from yaqut.v1 import gazetteer_service_pb2 as api
from yaqut.v1 import gazetteer_service_pb2_grpc as rpc
from yaqut.v1 import resolution_pb2 as words

import calls
from connection import Connection

# The answer that the caller needs, and no more: one candidate.
OPTIONS = words.ResolveOptions(limit=1)
BATCH_SIZE = 500


def resolve(service, names):
    """A call for each name: what to do when names come one at a time."""
    for name in names:
        request = api.ResolveNameRequest(name=name, options=OPTIONS)
        yield calls.call(service.ResolveName, request).resolution


def batch(service, names):
    """A call for each few hundred names: ten times cheaper, and each is short enough to be retried."""
    for some in in_batches(names):
        queries = [words.NameQuery(name=name) for name in some]
        request = api.BatchResolveNamesRequest(queries=queries, options=OPTIONS)
        yield from calls.call(service.BatchResolveNames, request).resolutions


def stream(service, names):
    """One call for a list of any length: chunks go out while answers come in, as fast as they are read."""
    chunks = (
        api.StreamResolveNamesRequest(queries=[words.NameQuery(name=name) for name in some], options=OPTIONS)
        for some in in_batches(names)
    )
    for answer in calls.stream(service.StreamResolveNames, chunks):
        yield from answer.resolutions


def in_batches(names):
    names = iter(names)
    while some := list(itertools.islice(names, BATCH_SIZE)):
        yield some


def main():
    how = {"resolve": resolve, "batch": batch, "stream": stream}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", default=Connection.target, help="dns:///HOST:PORT, or ipv4:ADDRESS:PORT,…")
    parser.add_argument("--ca", metavar="FILE", help="certificates to trust; without it nothing is encrypted")
    parser.add_argument("--cert", metavar="FILE", help="our certificate, for mTLS")
    parser.add_argument("--key", metavar="FILE", help="its private key")
    parser.add_argument("--token-file", metavar="FILE", help="a bearer token")
    parser.add_argument("how", choices=how)
    parser.add_argument("names", nargs="*", help="default: standard input, a name a line")
    args = parser.parse_args()

    sys.stdin.reconfigure(encoding="utf-8-sig")  # Some programs write a mark before the first name.
    names = args.names or (line.rstrip("\r\n") for line in sys.stdin)
    with Connection(args.target, args.ca, args.cert, args.key, args.token_file).open() as channel:
        for answer in how[args.how](rpc.GazetteerServiceStub(channel), names):
            status = words.ResolutionStatus.Name(answer.status).removeprefix("RESOLUTION_STATUS_")
            print(answer.query, status, answer.canonical_id, sep="\t", flush=True)


if __name__ == "__main__":
    try:
        main()
    except grpc.RpcError as error:
        sys.exit(f"{error.code().name}: {error.details()}")
    except (OSError, ValueError) as error:  # Files that cannot be read, or do not go together.
        sys.exit(str(error))
