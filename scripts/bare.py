"""The yardstick of the benchmark: the least a Flask application can do."""

from flask import Flask, Response, request

app = Flask(__name__, static_folder=None)


@app.get("/")
def hello() -> str:
    """Say hello."""
    return "hello"


@app.post("/")
def take() -> Response:
    """Read a form and send the browser on."""
    request.form.to_dict()
    return Response(status=303, headers={"Location": "/"})
