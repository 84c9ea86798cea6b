#!/usr/bin/python3
"""gRPC through the proxy: `grpc_calls.py --weir PROGRAM [--haproxy PROGRAM]`.

A gRPC client calls a gRPC server (`grpcio`, installed into a temporary folder; without it this is skipped) over HTTP/2
on both sides: calls of every kind, status and details in trailers, cancellation and deadlines as the server sees them.
Through HAProxy the same must come.
"""
import argparse, os, shutil, signal, socket, subprocess, sys, tempfile, threading, time, venv
from concurrent import futures


def install(folder):
    """Starts over with a Python that has grpcio."""
    venv.create(folder, with_pip=True)
    python = os.path.join(folder, "bin", "python")
    done = subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "grpcio"], capture_output=True, text=True)
    return python if done.returncode == 0 else None


if os.environ.get("GRPC_FOLDER") is None:
    folder = tempfile.mkdtemp()
    try:
        try:
            python = install(folder)
        except Exception:
            python = None
        if python is None:
            print("skipped: gRPC, grpcio cannot be installed")
            sys.exit(0)
        sys.exit(subprocess.run([python, os.path.abspath(__file__), *sys.argv[1:]], env={**os.environ, "GRPC_FOLDER": folder}).returncode)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

import grpc

CONFIG = """
defaults
  mode http
  timeout client 20s
  timeout server 20s
  timeout connect 5s
frontend f
  bind 127.0.0.1:{port} proto h2
  default_backend b
backend b
  {backend}
  server s 127.0.0.1:{origin} proto h2
"""
ended = {}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unary(request, context):
    context.send_initial_metadata((("x-first", "1"),))
    context.set_trailing_metadata((("x-last", "2"), ("x-last-bin", b"\0\xff")))
    return request.upper()


def failing(request, context):
    context.set_trailing_metadata((("x-last", "3"),))
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not so: \u00e4")


def downloading(request, context):
    for i in range(int(request)):
        yield b"%d" % i + b"." * 1000


def uploading(requests, context):
    return b"%d" % sum(len(r) for r in requests)


def both(requests, context):
    for request in requests:
        yield request[::-1]


def waiting(request, context):
    name = request.decode()
    over = threading.Event()
    context.add_callback(over.set)
    over.wait(10)
    ended[name] = over.is_set()
    return b""


def streaming(request, context):
    name = request.decode()
    context.add_callback(lambda: ended.__setitem__(name, True))
    while context.is_active():
        yield b"more"
        time.sleep(0.01)


class Handlers(grpc.GenericRpcHandler):
    def service(self, details):
        return {
            "/t/unary": grpc.unary_unary_rpc_method_handler(unary),
            "/t/failing": grpc.unary_unary_rpc_method_handler(failing),
            "/t/downloading": grpc.unary_stream_rpc_method_handler(downloading),
            "/t/uploading": grpc.stream_unary_rpc_method_handler(uploading),
            "/t/both": grpc.stream_stream_rpc_method_handler(both),
            "/t/waiting": grpc.unary_unary_rpc_method_handler(waiting),
            "/t/streaming": grpc.unary_stream_rpc_method_handler(streaming),
        }.get(details.method)


def until(condition, seconds=5):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        time.sleep(0.01)
    return bool(condition())


def metadata(pairs):
    return sorted((k, v) for k, v in pairs or () if k.startswith("x-"))


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code().name, error.details(), metadata(error.trailing_metadata())
    return None


def calls(channel, tag):
    """name -> what came of it"""
    results = {}
    reply, call = channel.unary_unary("/t/unary").with_call(b"hello", metadata=(("x-own", "v"),))
    results["unary"] = reply, metadata(call.initial_metadata()), metadata(call.trailing_metadata()), call.code().name
    results["a large message"] = len(channel.unary_unary("/t/unary")(b"z" * 3_000_000))
    results["status"] = failure(lambda: channel.unary_unary("/t/failing")(b""))
    results["no such method"] = failure(lambda: channel.unary_unary("/t/none")(b""))
    got = list(channel.unary_stream("/t/downloading")(b"500"))
    results["server streaming"] = len(got), got[-1][:3]
    results["client streaming"] = channel.stream_unary("/t/uploading")(iter([b"x" * 10000] * 200))
    results["an empty stream"] = list(channel.unary_stream("/t/downloading")(b"0"))

    # Each message is answered before the next is sent.
    pending, answers = [], channel.stream_stream("/t/both")
    go = threading.Semaphore(1)

    def messages():
        for i in range(20):
            go.acquire()
            yield b"ab%d" % i

    for answer in answers(messages()):
        pending.append(answer)
        go.release()
    results["both ways in turn"] = len(pending), pending[-1]

    future = channel.unary_unary("/t/waiting").future(b"cancel" + tag)
    time.sleep(0.2)
    future.cancel()
    results["cancelled"] = future.code().name, until(lambda: ended.get("cancel" + tag.decode()))
    stream = channel.unary_stream("/t/streaming")(b"stream" + tag)
    next(stream)
    stream.cancel()
    results["a stream cancelled"] = until(lambda: ended.get("stream" + tag.decode()))
    results["deadline"] = failure(lambda: channel.unary_unary("/t/waiting")(b"deadline" + tag, timeout=0.3))[0], until(
        lambda: ended.get("deadline" + tag.decode()))

    with futures.ThreadPoolExecutor(16) as pool:
        many = list(pool.map(lambda i: channel.unary_unary("/t/unary")(b"m%d" % i), range(200)))
    results["many at once"] = many == [b"M%d" % i for i in range(200)]
    return results


def run(program, backend, origin, tag):
    folder, port = tempfile.mkdtemp(), free_port()
    path = os.path.join(folder, "cfg")
    with open(path, "w") as file:
        file.write(CONFIG.format(port=port, origin=origin, backend=backend))
    process = subprocess.Popen([program, "-f", path, "-db"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            grpc.channel_ready_future(channel).result(timeout=20)
            return calls(channel, tag.encode())
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder)


parser = argparse.ArgumentParser()
parser.add_argument("--weir", required=True)
parser.add_argument("--haproxy")
options = parser.parse_args()
server = grpc.server(futures.ThreadPoolExecutor(64), handlers=(Handlers(),), options=[("grpc.max_receive_message_length", -1)])
origin = server.add_insecure_port("127.0.0.1:0")
server.start()
failures = count = 0
with grpc.insecure_channel(f"127.0.0.1:{origin}") as channel:
    wanted = calls(channel, b"direct")
programs = [("weir", options.weir)] + ([("haproxy", options.haproxy)] if options.haproxy else [])
for name, program in programs:
    for backend in ("http-reuse safe", "http-reuse always", "http-reuse never"):
        got = run(program, backend, origin, name + backend[11:])
        for key, value in wanted.items():
            count += 1
            if got[key] != value:
                # HAProxy's own faults are worth a line, and no failure.
                failures += name == "weir"
                print(f"{'FAILED' if name == 'weir' else 'note: HAProxy:'} {key}, {backend}: {got[key]} instead of {value}")
server.stop(None)
print(f"gRPC: {count} calls compared, {failures} failures")
sys.exit(1 if failures else 0)
