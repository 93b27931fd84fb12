"""HTTP/2 and gRPC as bytes: connections that keep the rules (h2) and such that break them (hyperframe), and protobuf by hand."""

import dataclasses
import select
import socket
import ssl
import struct
import time

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings
import hpack
from hyperframe.frame import (
    DataFrame, Frame, GoAwayFrame, HeadersFrame, PingFrame, RstStreamFrame, SettingsFrame, WindowUpdateFrame,
)

SERVICE = "/yaqut.v1.GazetteerService/"
ADMIN = "/yaqut.v1.AdminService/"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CODES = (
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED "
    "FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED"
).split()

# -- protobuf -----------------------------------------------------------------------------------------------------------


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def tag(number, wire_type):
    return varint(number << 3 | wire_type)


def text(number, value):
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return tag(number, 2) + varint(len(data)) + data


def number(field, value):
    return tag(field, 0) + varint(value)


def fixed32(field, value):
    return tag(field, 5) + struct.pack("<f", value)


def fields(data):
    """The fields of a message: number → values, in order."""
    found, at = {}, 0

    def read_varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    while at < len(data):
        key = read_varint()
        kind = key & 7
        if kind == 0:
            value = read_varint()
        else:
            size = {1: 8, 5: 4}.get(kind)
            size = read_varint() if size is None else size
            value = bytes(data[at : at + size])
            at += size
        found.setdefault(key >> 3, []).append(value)
    return found


def framed(message, flag=0, length=None):
    """A message with its prefix, which may lie about its length."""
    return struct.pack(">BI", flag, len(message) if length is None else length) + message


def messages(data):
    """The messages of the body of an answer."""
    found, at = [], 0
    while at + 5 <= len(data):
        (length,) = struct.unpack_from(">I", data, at + 1)
        found.append(data[at + 5 : at + 5 + length])
        at += 5 + length
    return found


def batch(names, options=b""):
    return b"".join(text(1, text(1, name)) for name in names) + (text(2, options) if options else b"")


def resolution(message):
    """Status and canonical ID of a reply of ResolveName."""
    found = fields(fields(message)[1][0])
    return found[2][0], found.get(3, [b""])[0].decode()


# -- connections that keep the rules ------------------------------------------------------------------------------------


@dataclasses.dataclass
class Answer:
    """What came back on one stream."""

    http: int | None = None
    status: int | None = None
    said: str = ""
    details: bytes = b""
    data: bytes = b""
    reset: int | None = None
    ended: bool = False
    lost: bool = False
    started: float = 0.0
    seconds: float | None = None
    headers: dict = dataclasses.field(default_factory=dict)

    @property
    def outcome(self):
        """The gRPC code by name, or what came instead of one."""
        if self.status is not None:
            return CODES[self.status] if 0 <= self.status < len(CODES) else f"CODE_{self.status}"
        if self.lost:
            return "CONNECTION_LOST"
        if self.reset is not None:
            return f"RESET_{self.reset}"
        if self.ended:
            return f"HTTP_{self.http}"
        return "MISSING"


class Lost(Exception):
    """The peer closed the connection."""


def connect(address, source=None, timeout=10):
    host, port = address.rsplit(":", 1)
    made = socket.create_connection((host, int(port)), timeout, (source, 0) if source else None)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def request_headers(path, headers=(), scheme="http"):
    return [
        (b":method", b"POST"), (b":scheme", scheme.encode()), (b":path", path.encode() if isinstance(path, str) else path),
        (b":authority", b"localhost"), (b"te", b"trailers"), (b"content-type", b"application/grpc"),
        *((n.encode() if isinstance(n, str) else n, v.encode() if isinstance(v, str) else v) for n, v in headers),
    ]


class Connection:
    """A client of HTTP/2 that keeps the rules of frames, whatever it sends in them; h2 watches that the server does too."""

    def __init__(self, address, source=None, tls=None, window=1 << 24, timeout=10, settle=True):
        self.socket = connect(address, source, timeout)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.scheme = "https" if tls else "http"
        # A window of next to nothing is for who will not read.
        self.reads = window > 1_000
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(
            client_side=True, header_encoding=None, validate_outbound_headers=False, normalize_outbound_headers=False,
        ))
        codes = h2.settings.SettingCodes
        # Given at first and not changed later, so that they hold for the first stream.
        self.h2.local_settings = h2.settings.Settings(
            client=True, initial_values={codes.INITIAL_WINDOW_SIZE: window, codes.ENABLE_PUSH: 0}
        )
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window((1 << 30) - 65535)
        self.answers = {}
        self.goaway = None
        self.unread = bytearray()
        self.flush()
        if settle:
            # Who does not acknowledge the server's settings for some seconds is thrown out.
            self.pump(2)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def flush(self):
        data = self.h2.data_to_send()
        if data:
            try:
                self.socket.sendall(data)
            except (OSError, ssl.SSLError) as error:
                self._lose()
                raise Lost(str(error)) from error

    def start(self, path, body=None, headers=(), end=True, all_headers=None):
        """Opens a stream; `body` is what goes out after the headers, as it is."""
        stream = self.h2.get_next_available_stream_id()
        self.answers[stream] = Answer(started=time.perf_counter())
        sent = all_headers if all_headers is not None else request_headers(path, headers, self.scheme)
        self.h2.send_headers(stream, sent, end_stream=end and body is None)
        if body is not None:
            self.send(stream, body, end)
        else:
            self.flush()
        return stream

    def send(self, stream, data, end=False):
        """Sends as much as the windows allow, and waits for more; a stream that the server has ended takes no more."""
        at = 0
        answer = self.answers[stream]
        deadline = time.monotonic() + 10
        try:
            while answer.seconds is None:
                size = min(len(data) - at, self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
                if size > 0 or at == len(data):
                    last = at + size == len(data)
                    self.h2.send_data(stream, data[at : at + size], end_stream=end and last)
                    at += size
                    if last:
                        break
                else:
                    self.flush()
                    if time.monotonic() > deadline:
                        return
                    self.pump(0.5)
        except h2.exceptions.ProtocolError:
            # The server has ended the stream, or the connection: what came of it stands in the answer.
            pass
        self.flush()

    def pump(self, seconds):
        """Reads what there is, or waits for it; notes it in the answers."""
        if not (isinstance(self.socket, ssl.SSLSocket) and self.socket.pending()):
            if not select.select([self.socket], [], [], max(0.0, seconds))[0]:
                return False
        try:
            data = self.socket.recv(1 << 18)
        except (OSError, ssl.SSLError) as error:
            self._lose()
            raise Lost(str(error)) from error
        if not data:
            self._lose()
            raise Lost("closed by the server")
        self.unread += data
        for event in self.h2.receive_data(self._without_goaway()):
            self._note(event)
        self.flush()
        return True

    def _without_goaway(self):
        """The frames that are whole. h2 takes a GOAWAY for the end of all streams; HTTP/2 lets those that are open go on."""
        kept, at = [], 0
        while at + 9 <= len(self.unread):
            end = at + 9 + int.from_bytes(self.unread[at : at + 3], "big")
            if end > len(self.unread):
                break
            frame = bytes(self.unread[at:end])
            if frame[3] == GoAwayFrame.type:
                self.goaway = (int.from_bytes(frame[13:17], "big"), frame[17:])
            else:
                kept.append(frame)
            at = end
        del self.unread[:at]
        return b"".join(kept)

    def finish(self, *streams, within=10):
        """Waits until these streams have ended; what has not by then is told as MISSING."""
        deadline = time.monotonic() + within
        try:
            while any(self.answers[s].seconds is None for s in streams):
                rest = deadline - time.monotonic()
                if rest <= 0:
                    break
                self.pump(rest)
        except Lost:
            pass
        found = [self.answers.pop(stream) for stream in streams]
        return found

    def call(self, path, message=b"", headers=(), within=10):
        """One call to its end. A connection that is lost is told by the answer."""
        try:
            (answer,) = self.finish(self.start(path, framed(message), headers), within=within)
        except (Lost, h2.exceptions.ProtocolError):
            answer = Answer(lost=True)
        return answer

    def resolve(self, name, headers=(), within=10):
        return self.call(SERVICE + "ResolveName", text(1, name), headers, within)

    def reset(self, stream):
        self.h2.reset_stream(stream, 8)
        self.answers.pop(stream, None)
        self.flush()

    def _lose(self):
        for answer in self.answers.values():
            if answer.seconds is None:
                answer.lost = answer.status is None and answer.reset is None
                answer.seconds = time.perf_counter() - answer.started

    def _note(self, event):
        answer = self.answers.get(getattr(event, "stream_id", None))
        if isinstance(event, h2.events.DataReceived) and self.reads:
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        if not answer:
            return
        if isinstance(event, h2.events.DataReceived):
            answer.data += event.data
        if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
            self._note_headers(answer, dict(event.headers))
        if isinstance(event, h2.events.StreamEnded):
            answer.ended = True
            answer.seconds = answer.seconds or time.perf_counter() - answer.started
        elif isinstance(event, h2.events.StreamReset):
            answer.reset = int(event.error_code)
            answer.seconds = answer.seconds or time.perf_counter() - answer.started

    @staticmethod
    def _note_headers(answer, headers):
        answer.headers.update(headers)
        if b":status" in headers:
            answer.http = int(headers[b":status"])
        if b"grpc-status" in headers:
            answer.status = int(headers[b"grpc-status"])
            answer.said = headers.get(b"grpc-message", b"").decode("utf-8", "replace")
            answer.details = headers.get(b"grpc-status-details-bin", b"")


# -- connections that break them ----------------------------------------------------------------------------------------


class Raw:
    """A connection on which any bytes go out. It reads only when it is told to."""

    def __init__(self, address, source=None, settings=None, preface=True, timeout=5):
        self.socket = connect(address, source, timeout)
        self.socket.settimeout(timeout)
        self.encoder = hpack.Encoder()
        self.received = bytearray()
        self.goaway = None
        self.resets = {}
        self.closed = self.settled = False
        if preface:
            self.greet(settings)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def greet(self, settings=None):
        """Begins as every client does; a peer that does not acknowledge the server's settings may be thrown out."""
        self.send(PREFACE + SettingsFrame(0, settings=settings or {}).serialize())
        deadline = time.monotonic() + 2
        while not self.closed and not self.settled and time.monotonic() < deadline:
            self.read(0.05)

    def send(self, data):
        """Whether all went out: not if the peer has closed, or takes nothing in for the time that is allowed."""
        try:
            self.socket.sendall(data)
            return True
        except TimeoutError:
            return False
        except OSError:
            self.closed = True
            return False

    def read(self, seconds=0.0):
        """The frames that have come; waits so long for the first."""
        frames = []
        while not self.closed and select.select([self.socket], [], [], seconds)[0]:
            seconds = 0.0
            try:
                data = self.socket.recv(1 << 18)
            except OSError:
                data = b""
            if not data:
                self.closed = True
            self.received += data
            frames += self._frames()
        return frames

    def read_until_closed(self, seconds):
        deadline = time.monotonic() + seconds
        while not self.closed and time.monotonic() < deadline:
            self.read(min(0.2, max(0.0, deadline - time.monotonic())))
        return self.closed

    def _frames(self):
        frames = []
        while len(self.received) >= 9:
            frame, length = Frame.parse_frame_header(memoryview(bytes(self.received[:9])))
            if len(self.received) < 9 + length:
                break
            frame.parse_body(memoryview(bytes(self.received[9 : 9 + length])))
            del self.received[: 9 + length]
            if isinstance(frame, GoAwayFrame):
                self.goaway = (frame.error_code, bytes(frame.additional_data or b""))
            elif isinstance(frame, RstStreamFrame):
                self.resets[frame.error_code] = self.resets.get(frame.error_code, 0) + 1
            elif isinstance(frame, SettingsFrame) and "ACK" not in frame.flags and not self.settled:
                self.settled = True
                self.send(SettingsFrame(0, flags=["ACK"]).serialize())
            elif isinstance(frame, PingFrame) and "ACK" not in frame.flags:
                self.send(PingFrame(0, frame.opaque_data, flags=["ACK"]).serialize())
            frames.append(frame)
        return frames

    def header_block(self, path, headers=()):
        return self.encoder.encode(request_headers(path, headers))

    def close(self):
        self.socket.close()


class Pipe(Raw):
    """Calls of one method with next to no work a call, for load: a fixed block of headers, and answers read for their codes."""

    def __init__(self, address, method, further=()):
        super().__init__(address, settings={4: 1 << 24})
        self.send(WindowUpdateFrame(0, 1 << 30).serialize())
        # Nothing goes into the table, so that one block is good for every stream.
        sensitive = [hpack.NeverIndexedHeaderTuple(n, v) for n, v in request_headers(SERVICE + method, further)]
        self.block = self.encoder.encode(sensitive)
        self.decoder = hpack.Decoder()
        self.next = 1
        self.begun = {}

    def start(self, message):
        """Sends a call whose message is no more than a frame holds."""
        stream = self.next
        self.next += 2
        self.begun[stream] = time.perf_counter()
        frames = HeadersFrame(stream, self.block, flags=["END_HEADERS"]).serialize()
        return self.send(frames + DataFrame(stream, framed(message), flags=["END_STREAM"]).serialize())

    def ended(self):
        """The calls that have ended since: name of the code, and seconds."""
        found = []
        for frame in self.read():
            if isinstance(frame, HeadersFrame):
                status = dict(self.decoder.decode(frame.data, raw=True)).get(b"grpc-status")
                if status and frame.stream_id in self.begun:
                    found.append((CODES[int(status)], time.perf_counter() - self.begun.pop(frame.stream_id)))
            elif isinstance(frame, RstStreamFrame) and frame.stream_id in self.begun:
                found.append((f"RESET_{frame.error_code}", time.perf_counter() - self.begun.pop(frame.stream_id)))
        return found
