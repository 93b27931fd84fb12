"""Calls that bear with a server that is busy, or that goes away."""

import collections
import itertools
import queue
import random
import time
import uuid

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

DEADLINE_SECONDS = 5.0
# Requests of a stream that are under way at once: enough to keep a server busy, and all that is ever sent twice.
STREAM_WINDOW = 8
# How often in a row a stream may fail without an answer in between.
STREAM_ATTEMPTS = 5


def call(method, request, timeout=DEADLINE_SECONDS):
    """The answer of a unary method, within `timeout` seconds over all attempts.

    The channel retries UNAVAILABLE. RESOURCE_EXHAUSTED is retried here, when the server asks for it."""
    deadline = time.monotonic() + timeout
    metadata = (("x-request-id", uuid.uuid4().hex),)  # One for all attempts: the log of each server has it.
    while True:
        try:
            return method(request, timeout=max(0.0, deadline - time.monotonic()), metadata=metadata)
        except grpc.RpcError as error:
            pause = retry_delay(error)
            if pause is None or time.monotonic() + pause >= deadline:
                raise
            time.sleep(pause)


def retry_delay(error):
    """Seconds after which the server wants the call again; None if it does not. Spread, lest all come back at once."""
    if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
        return None
    status, hint = rpc_status.from_call(error), error_details_pb2.RetryInfo()
    if status is None or not any(detail.Unpack(hint) for detail in status.details):
        return None
    return hint.retry_delay.ToTimedelta().total_seconds() * random.uniform(1.0, 1.5)


def stream(method, requests):
    """The answers of a bidirectional method that gives one for each request, in order.

    A stream is tied to one server, and no policy can retry it once it has begun: when that server goes away, what was not
    answered is sent again, to another."""
    requests, unanswered = iter(requests), collections.deque()
    fruitless = 0
    while True:
        outbox = queue.SimpleQueue()
        for request in unanswered:
            outbox.put(request)
        answers = method(iter(outbox.get, None), metadata=(("x-request-id", uuid.uuid4().hex),))
        try:
            while True:
                for request in itertools.islice(requests, STREAM_WINDOW - len(unanswered)):
                    unanswered.append(request)
                    outbox.put(request)
                if not unanswered:
                    return
                answer = next(answers)
                unanswered.popleft()
                fruitless = 0
                yield answer
        except grpc.RpcError as error:
            fruitless += 1
            pause = retry_delay(error)
            if fruitless >= STREAM_ATTEMPTS or (pause is None and error.code() is not grpc.StatusCode.UNAVAILABLE):
                raise
            time.sleep(pause or fruitless * random.uniform(0.05, 0.2))
        finally:
            outbox.put(None)  # Ends the sending side.
