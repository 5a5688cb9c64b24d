"""A worker for agents of kind `worker`: DEVSKYY_URL and DEVSKYY_API_KEY say where and who, DEVSKYY_AGENT whose tasks."""
import json, os, platform, signal, sys, threading, time, urllib.error, urllib.request

URL = os.environ.get("DEVSKYY_URL", "http://localhost:8000")
HEADERS = {"content-type": "application/json", "x-api-key": os.environ.get("DEVSKYY_API_KEY", "")}


def call(path, body):
    request = urllib.request.Request(f"{URL}/api/v1{path}", json.dumps(body).encode(), HEADERS, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"{}")


def work(task, stop):
    """The work itself: replace it. Stop when the event is set."""
    if stop.wait(task["input"].get("takesMs", 0) / 1000):
        raise RuntimeError("stopped")
    return {"sum": sum(task["input"].get("numbers", []))}


def run(task, worker_id, heartbeat_seconds):
    stop, done = threading.Event(), threading.Event()
    lease = {"id": task["id"], "leaseToken": task["leaseToken"]}

    def beat():
        while not done.wait(heartbeat_seconds):
            try:
                answer = call(f"/workers/{worker_id}/heartbeat", {"leases": [lease]})
                if task["id"] in answer["lost"] + answer["cancel"]:
                    stop.set()
            except OSError as error:
                print(error, file=sys.stderr)

    threading.Thread(target=beat, daemon=True).start()
    try:
        output = work(task, stop)
        call(f"/tasks/{task['id']}/complete", {"leaseToken": task["leaseToken"], "output": output})
    except Exception as error:  # whatever it is, the service decides whether to try again
        call(f"/tasks/{task['id']}/fail", {"leaseToken": task["leaseToken"], "error": {"message": str(error) or "failed"}})
    finally:
        done.set()


stopping = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopping.set())
agents = [os.environ.get("DEVSKYY_AGENT", "financial")]
me = call("/workers", {"name": f"example-{os.getpid()}", "agents": agents, "runtime": f"python {platform.python_version()}"})
while not stopping.is_set():
    try:
        for leased in call("/leases", {"workerId": me["workerId"], "waitMs": 2000}).get("tasks", []):
            run(leased, me["workerId"], me["heartbeatMs"] / 1000)
    except (OSError, urllib.error.URLError) as error:  # a lost lease (409) too: the task runs elsewhere by now
        print(error, file=sys.stderr)
        time.sleep(1)
