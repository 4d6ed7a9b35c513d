"""bert4keras 0.11.5 (2023, for TensorFlow 1.14 to 2.2) on TensorFlow 2.21: import this first.

It expects a ``keras`` that is ``tf.keras`` of Keras 2, which tf_keras is today.
"""

import os
import sys

os.environ.update(TF_KERAS="1", TF_USE_LEGACY_KERAS="1", TF_CPP_MIN_LOG_LEVEL="3")

import tf_keras

sys.modules["keras"] = tf_keras
for name in ("backend", "initializers", "activations", "layers", "models", "utils"):
    sys.modules[f"keras.{name}"] = getattr(tf_keras, name)
