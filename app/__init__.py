"""The web application: pages on gradio over the engine.

Gradio reads its environment when it is first imported, so what must hold for every
process that uses it (server, tests, a notebook) is set here and not in app.py.
"""

import os

# Otherwise gradio reports each start to its own servers and asks them for its newest version.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# A hub client that finds a cached file must not ask the hub whether there is a newer one.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
