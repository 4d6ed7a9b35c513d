"""The web application: pages on gradio over the engine.

Gradio reads its environment when it is first imported, so what must hold for every
process that uses it (server, tests, a notebook) is set here and not in app.py.
"""

import os

# Otherwise gradio reports each start to its own servers and asks them for its newest version.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# And the hub's client, which gradio brings along, counts its users.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
